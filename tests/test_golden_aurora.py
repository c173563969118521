"""Every real session of Aurora gives the numbers that were counted from it by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from ledger import Ledger, order_lives
from metrics import first_fill_seconds, order_ack_seconds
from web.promised.aurora import status


def status_of(*paths: Path, window: float | None = None) -> dict[str, Any]:
    """Read whole folders, or single files, as one desk, and give its last moment."""
    ledger = Ledger()
    for path in paths:
        source = JsonlSource(path, dialect="aurora")
        more = True
        while more:
            reading = source.read()
            ledger.fold(reading.frame)
            more = reading.more
        assert reading.problem is None
        assert reading.counts.balanced
        source.close()
    return status(ledger.view(window_seconds=window))


NONE = {
    "submitted": 0,
    "ack": 0,
    "filled": 0,
    "partially_filled": 0,
    "cancelled": 0,
    "expired": 0,
    "denied": 0,
    "failed": 0,
    "skipped": 0,
    "orphans": 0,
    "untimed": 0,
    "closes_submitted": 0,
    "closes_ack": 0,
    "unknown": 0,
}
NO_ROUTES = {"maker": 0, "taker": 0, "deny": 0, "cancel": 0}

SESSIONS: dict[str, tuple[dict[str, int], dict[str, int], int, int]] = {
    # folder: orders, routes, pending, events in the window
    "tmp_debug_cancel": ({"submitted": 1, "ack": 1, "denied": 3}, {"maker": 1}, 1, 10),
    "regenerated/s_open": (
        {"submitted": 2, "ack": 2, "filled": 2, "closes_submitted": 2, "closes_ack": 2},
        {"taker": 2},
        0,
        12,
    ),
    "regenerated/s_fail": ({"submitted": 2, "failed": 2}, {"taker": 2}, 0, 8),
    "regenerated/s_gate": ({"denied": 2}, {"taker": 2}, 0, 6),
    "regenerated/s_neg": (
        {"submitted": 1, "ack": 1, "filled": 1, "skipped": 3},
        {"taker": 1},
        0,
        7,
    ),
    "regenerated/m_open": (
        {"submitted": 2, "ack": 2, "filled": 2, "closes_submitted": 2, "closes_ack": 2},
        {"taker": 4},
        0,
        16,
    ),
    "regenerated/m_gate": ({"denied": 4}, {"taker": 2}, 0, 10),
    "regenerated/m_neg": (
        {"submitted": 1, "ack": 1, "filled": 1, "denied": 3},
        {"taker": 1},
        0,
        10,
    ),
    "regenerated/s_pend": ({"submitted": 1, "ack": 1, "cancelled": 1}, {"taker": 1}, 0, 6),
    "regenerated/api_orders": ({"filled": 1, "failed": 1, "denied": 1, "orphans": 1}, {}, 0, 3),
}


@pytest.mark.parametrize("folder", SESSIONS)
def test_a_session_gives_its_golden_numbers(realdata, folder):
    """Orders, routes, pending and events are those of the hand count; twin files add nothing."""
    orders, routes, pending, events = SESSIONS[folder]
    found = status_of(realdata / "aurora" / folder)
    assert found["orders"] == NONE | orders
    assert found["routes"] == NO_ROUTES | routes
    assert found["pending"]["pending_orders"] == pending
    assert found["window_events"] == events
    assert found["conservation"]["breaks"] == []


def test_the_real_session_of_nine_milliseconds(realdata):
    """The one real log: the ack took 0.994 ms, three of four opens were denied, for one reason."""
    found = status_of(realdata / "aurora/tmp_debug_cancel")
    latency = found["latency"]
    assert latency["order_ack_ms_p50"] == pytest.approx(0.994, abs=0.001)
    assert latency["order_ack_n"] == 1
    assert latency["order_ack_ms_p99"] is None
    assert latency["order_ack_ms_p50_ci"] is None
    assert latency["to_first_fill_n"] == 0
    assert found["deny_ratio"] == 0.75
    assert found["fill_ratio"] == 0.0
    assert found["xai"]["why_code_counts"] == {"WHY_NEGATIVE_EDGE": 6}
    assert found["circuit_breaker"]["triggered"] is None
    assert found["as_of"] == "2025-09-01T20:08:23.124235264Z"
    assert found["ts_ns"] == 1756757303124235264


def test_fill_ratio_of_the_open_sessions(realdata):
    """Two opens, two fills: 100 %; the two closes are not part of it."""
    for folder in ("s_open", "m_open"):
        found = status_of(realdata / "aurora/regenerated" / folder)
        assert found["fill_ratio"] == 1.0
        assert found["taker_ratio"] == 1.0
        assert found["latency"]["to_first_fill_n"] == 2


@pytest.mark.parametrize(
    ("name", "denied", "events", "decisions"),
    [
        ("maker", 0, 4, 0),
        ("taker", 0, 4, 0),
        ("low_pfill", 0, 4, 0),
        ("size_zero", 0, 4, 0),
        ("sla_deny", 3, 9, 3),
    ],
)
def test_synthetic_flows_mostly_die_after_the_intent(realdata, name, denied, events, decisions):
    """Only sla_deny gets past the intent: three checks of 240 ms, three denials."""
    found = status_of(realdata / f"aurora/regenerated/synthetic_flow/{name}.jsonl")
    assert found["orders"] == NONE | {"denied": denied}
    assert found["window_events"] == events
    assert found["latency"]["decision_n"] == decisions
    assert found["latency"]["decision_ms_p50"] == (240.0 if decisions else None)


def test_fixtures_of_the_older_shape(realdata):
    """`ts`, `type`, `code`, `ctx`: two denials with their code as reason, one gate decision."""
    failed = status_of(realdata / "aurora/tests/fixtures/fail_events.jsonl")
    assert failed["orders"] == NONE | {"denied": 2}
    assert failed["xai"]["why_code_counts"] == {"risk_max_concurrent": 2}
    passed = status_of(realdata / "aurora/tests/fixtures/ok_events.jsonl")
    assert passed["orders"] == NONE
    assert passed["window_events"] == 1


def test_lines_without_time_count_in_all(realdata):
    """Four lines without any time: accepted, one denial among them, and no latency."""
    found = status_of(realdata / "aurora/tmp_synth.jsonl")
    assert found["orders"]["denied"] == 1
    assert found["window_events"] == 4


def test_order_files_alone_count_as_orders(realdata, tmp_path):
    """In a folder without an events file the order files are all there is, so they count."""
    for name in ("orders_success.jsonl", "orders_denied.jsonl"):
        (tmp_path / name).write_bytes((realdata / "aurora/tmp_debug_cancel" / name).read_bytes())
    found = status_of(tmp_path)
    assert found["orders"]["denied"] == 3
    assert found["orders"]["ack"] == 1
    assert found["window_events"] == 4


def test_all_sessions_together_are_the_sum(realdata):
    """Sessions do not mix: attached as one desk the counts are the sums of the sessions."""
    folder = realdata / "aurora/regenerated"
    found = status_of(folder)
    names = [path.name for path in sorted(folder.iterdir()) if path.name != "synthetic_flow"]
    expected = pd.DataFrame([NONE | SESSIONS[f"regenerated/{name}"][0] for name in names]).sum()
    expected["denied"] += 3
    assert found["orders"] == expected.to_dict()


def test_the_notebook_way_gives_the_same_latencies(realdata):
    """Source, ledger and metrics without a server: two first fills, about 0.05 and 0.04 ms."""
    log = JsonlSource(realdata / "aurora/regenerated/s_open", dialect="aurora")
    orders = order_lives(log.read().frame)
    log.close()
    fills = first_fill_seconds(orders)
    assert sorted(fills) == pytest.approx([38.4e-6, 52.736e-6], abs=1e-9)
    assert fills.quantile([0.5, 0.9, 0.99]).iloc[0] == pytest.approx(45.568e-6, abs=1e-9)
    assert len(order_ack_seconds(orders)) == 4
    found = status_of(realdata / "aurora/regenerated/s_open")["latency"]
    assert found["to_first_fill_ms_p50"] == pytest.approx(fills.quantile(0.5) * 1000)


@pytest.mark.parametrize("folder", SESSIONS)
def test_the_last_moment_of_a_short_session_holds_all_of_it(realdata, folder):
    """These sessions are shorter than five minutes: the default window at their end is all."""
    whole = status_of(realdata / "aurora" / folder)
    ending = status_of(realdata / "aurora" / folder, window=300.0)
    for room in ("orders", "routes", "latency", "xai", "pending", "window_events"):
        assert ending[room] == whole[room], room
    assert ending["conservation"]["breaks"] == []
