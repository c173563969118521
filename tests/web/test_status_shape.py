"""`/status` always has every promised key, tells the truth of the view, and is finite JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)
from ledger import Ledger
from metrics.ratio import ratio
from web.promised.aurora import health, rfc3339, status

START = pd.Timestamp("2025-09-01T20:00:00Z")
STAGES = ("decision", "order_ack", "to_first_fill")
PROMISED = [
    "ts_ns",
    *(f"orders.{key}" for key in ["submitted", "ack", "filled", "cancelled", "denied", "failed"]),
    *(f"routes.{key}" for key in ["maker", "taker", "deny", "cancel"]),
    "latency.decision_ms_p50",
    "latency.decision_ms_p90",
    "latency.to_first_fill_ms_p50",
    "latency.to_first_fill_ms_p90",
    "governance.alpha.score",
    "governance.alpha.decision",
    "governance.sprt.updates",
    "governance.sprt.final.ratio",
    "xai.why_code_counts",
    "circuit_breaker.triggered",
    "circuit_breaker.reason",
    "pending.pending_orders",
    "window_events",
]
ADDED = [
    *("as_of", "catching_up", "window_seconds"),
    *(f"orders.{key}" for key in ["expired", "unknown", "partially_filled", "skipped", "orphans"]),
    "orders.closes_submitted",
    "orders.closes_ack",
    *(f"latency.{stage}_n" for stage in STAGES),
    *(f"latency.{stage}_ms_{p}" for stage in STAGES for p in ("p50", "p90", "p99")),
    *(f"latency.{stage}_ms_{p}_ci" for stage in STAGES for p in ("p50", "p90", "p99")),
]


def at(found: dict[str, Any], path: str) -> Any:
    """Follow a path of keys; a missing key is a KeyError."""
    for key in path.split("."):
        found = found[key]
    return found


def event_frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make an events frame; `at` is in seconds after the fixed moment."""
    filled = [
        {
            "source": "bot",
            "session_id": "s",
            "code": row["kind"].upper(),
            "raw_generation": "f#0",
            "raw_offset": number,
            "ts_event": START + pd.Timedelta(seconds=row["at"]),
            **row,
        }
        for number, row in enumerate(rows)
    ]
    frame = pd.DataFrame(filled, columns=list(EVENT_COLUMNS))
    for name in TIME_COLUMNS:
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[ns, UTC]")
    for name in CATEGORY_COLUMNS:
        frame[name] = frame[name].astype("str").astype("category")
    frame = frame.astype(dict.fromkeys(NUMBER_COLUMNS, "float64"))
    frame = frame.astype(dict.fromkeys(TEXT_COLUMNS, "str"))
    return frame.astype({"raw_offset": "int64"})


def status_of(*rows: dict[str, Any], window: float | None = None, **more: Any) -> dict[str, Any]:
    """Fold the rows and give the status of the view, after a trip through JSON."""
    ledger = Ledger()
    ledger.fold(event_frame(*rows))
    found = status(ledger.view(window_seconds=window, **more))
    back: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    assert back == found
    return back


def order(number: int, start: float, ack: float | None, fill: float | None = None) -> list[dict]:
    """Give the events of one order: submit, and its ack and fill so many seconds later."""
    name = f"c{number}"
    events = [{"kind": "order.submitted", "at": start, "client_order_id": name}]
    if ack is not None:
        events.append({"kind": "order.accepted", "at": start + ack, "client_order_id": name})
    if fill is not None:
        events.append({"kind": "order.filled", "at": start + fill, "client_order_id": name})
    return events


@pytest.mark.parametrize("path", PROMISED + ADDED)
def test_every_promised_key_is_there(path):
    """Promised keys exist on an empty desk and on a full one."""
    at(status_of(), path)
    at(status_of(*order(1, 0, 0.1, 0.2)), path)


def test_an_empty_desk_knows_nothing():
    """Before the first event counts are null, not 0, and nothing is green."""
    found = status_of()
    assert found["orders"]["submitted"] is None
    assert found["routes"]["maker"] is None
    assert found["pending"]["pending_orders"] is None
    assert found["circuit_breaker"] == {
        "triggered": None,
        "reason": None,
        "stops": [],
        "suspected": None,
    }
    assert found["latency"]["decision_ms_p50"] is None
    assert found["latency"]["decision_n"] == 0
    assert found["window_events"] == 0
    assert found["xai"]["why_code_counts"] == {}


def test_an_empty_window_counts_zero():
    """Once events were heard, a window without any counts 0: that is known."""
    ledger = Ledger()
    ledger.fold(event_frame(*order(1, 0, 0.1, 0.2)))
    view = ledger.view(at=START + pd.Timedelta(hours=1), window_seconds=60.0)
    found = status(view)
    assert found["orders"]["submitted"] == 0
    assert found["window_events"] == 0
    assert found["fill_ratio"] is None
    assert found["newest"] == "2025-09-01T20:00:00.200000Z"
    assert found["as_of"] == "2025-09-01T21:00:00Z"


def test_counts_and_latency_of_a_small_desk():
    """Two filled, one open: the counts, the milliseconds and the ages agree with the events."""
    found = status_of(*order(1, 0, 0.1, 0.2), *order(2, 1, 0.3, 0.4), *order(3, 2, 0.2))
    assert found["orders"]["submitted"] == 3
    assert found["orders"]["ack"] == 3
    assert found["orders"]["filled"] == 2
    assert found["latency"]["order_ack_ms_p50"] == pytest.approx(200)
    assert found["latency"]["order_ack_n"] == 3
    assert found["latency"]["to_first_fill_ms_p50"] == pytest.approx(300)
    assert found["latency"]["to_first_fill_n"] == 2
    assert found["pending"]["pending_orders"] == 1
    assert found["pending"]["oldest_age_seconds"] == pytest.approx(0.2)
    assert found["fill_ratio"] == pytest.approx(2 / 3)
    assert found["fill_ratio_n"] == 3
    assert found["conservation"] == {"holds": True, "n": 3, "breaks": []}
    assert found["window_events"] == 8
    assert found["window_seconds"] is None
    assert type(found["ts_ns"]) is int
    assert found["ts_ns"] == (START + pd.Timedelta(seconds=2.2)).value


@pytest.mark.parametrize(
    ("n", "p50", "p90", "p99"),
    [
        (1, None, None, None),
        (5, 1, 1, None),
        (6, 2, 1, None),
        (36, 2, 2, None),
        (99, 2, 2, None),
        (100, 2, 2, 1),
        (368, 2, 2, 2),
    ],
)
def test_intervals_appear_with_their_n(n, p50, p90, p99):
    """Two bounds from n = 6, 36, 368; one below; a P99 and its bounds only from n = 100."""
    found = status_of(*(event for k in range(n) for event in order(k, k, 0.1 + k * 1e-4)))
    latency = found["latency"]
    for name, bounds in (("p50", p50), ("p90", p90), ("p99", p99)):
        interval = latency[f"order_ack_ms_{name}_ci"]
        if bounds is None:
            assert interval is None
        else:
            assert len(interval) == 2
            assert sum(bound is not None for bound in interval) == bounds
    assert (latency["order_ack_ms_p99"] is None) == (n < 100)
    assert latency["order_ack_n"] == n


def test_governance_and_stops_reach_the_status():
    """A test with its bounds and a halt show with their words."""
    found = status_of(
        {
            "kind": "governance.sprt",
            "code": "SPRT.CONTINUE",
            "at": 1,
            "value": 2.1,
            "decision": "continue",
            "attributes": json.dumps({"boundaries": [-1.558, 2.773]}),
        },
        {"kind": "breaker.changed", "code": "AURORA.HALT", "at": 2, "decision": "open"},
    )
    assert found["governance"]["sprt"] == {
        "updates": 1,
        "decision": "continue",
        "final": {"ratio": 2.1, "lower": -1.558, "upper": 2.773, "place": "between"},
    }
    assert found["circuit_breaker"]["triggered"] is True
    assert found["circuit_breaker"]["reason"] == "AURORA.HALT"
    assert found["circuit_breaker"]["stops"][0]["since"] == "2025-09-01T20:00:02Z"


def test_a_window_and_a_moment_choose_what_counts():
    """The same log at an earlier moment says what was true then."""
    rows = [*order(1, 0, 0.1, 10), *order(2, 400, 0.1)]
    early = status_of(*rows, window=300.0, at=START + pd.Timedelta(seconds=5))
    assert (early["orders"]["submitted"], early["orders"]["filled"]) == (1, 0)
    assert early["pending"]["pending_orders"] == 1
    late = status_of(*rows, window=300.0, at=START + pd.Timedelta(seconds=401))
    assert (late["orders"]["submitted"], late["orders"]["filled"]) == (1, 0)
    assert late["window_seconds"] == 300.0


class StrangeView:
    """A view whose metrics give what no JSON may hold."""

    def __init__(self, ledger: Ledger) -> None:
        self._view = ledger.view(window_seconds=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def measure(self, metric: Any, **options: Any) -> Any:
        if metric.name == "fill_ratio":
            return ratio(1, 1)
        if metric.name == "why_code_counts":
            return {"WHY": np.int64(3), "NAN": np.float64("nan"), "INF": math.inf, "NA": pd.NA}
        return self._view.measure(metric, **options)


def test_only_finite_json_leaves_the_house():
    """Numpy numbers become plain, NaN and infinities null, whatever a metric gives."""
    ledger = Ledger()
    ledger.fold(event_frame(*order(1, 0, 0.1)))
    found = status(StrangeView(ledger))
    assert json.dumps(found, allow_nan=False)
    assert found["xai"]["why_code_counts"] == {"WHY": 3, "NAN": None, "INF": None, "NA": None}
    assert type(found["xai"]["why_code_counts"]["WHY"]) is int


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["ok", "ok"], "healthy"),
        (["ok", "stale"], "degraded"),
        (["ok", "down"], "degraded"),
        (["waiting"], "degraded"),
        (["unknown"], "degraded"),
        (["down", "unreadable"], "unhealthy"),
        ([], "degraded"),
    ],
)
def test_health_is_only_green_when_every_source_is(states, expected):
    """Healthy needs every source ok; all sick is unhealthy; unknown is never green."""
    rows = [{"name": f"s{n}", "state": state, "age_seconds": 1.5} for n, state in enumerate(states)]
    found = health(rows, datetime(2025, 9, 1, 20, tzinfo=UTC))
    assert found["status"] == expected
    assert found["timestamp"] == "2025-09-01T20:00:00Z"
    assert list(found["sources"].values()) == [
        {"state": state, "age_seconds": 1.5} for state in states
    ]


def test_health_is_not_green_while_nothing_is_kept():
    """A state folder that cannot be written costs the green, and hides nothing that is worse."""
    for state, expected in (("ok", "degraded"), ("down", "unhealthy")):
        found = health([{"name": "bot", "state": state}], not_kept="full")
        assert (found["status"], found["checkpoint_problem"]) == (expected, "full")


def test_health_dates_itself():
    """Without a moment the answer carries the time of now, and an endless age is null."""
    found = health([{"name": "bot", "state": "waiting", "age_seconds": math.inf}])
    assert abs(pd.Timestamp(found["timestamp"]) - pd.Timestamp.now("UTC")).total_seconds() < 60
    assert found["sources"] == {"bot": {"state": "waiting", "age_seconds": None}}


def test_moments_are_rfc_3339_in_utc():
    """Any zone becomes Z, nanoseconds are kept, missing is null."""
    assert rfc3339(pd.Timestamp("2025-09-01T23:08:23.118233088+03:00")) == (
        "2025-09-01T20:08:23.118233088Z"
    )
    assert rfc3339(pd.Timestamp("2025-09-01")) == "2025-09-01T00:00:00Z"
    assert rfc3339(pd.NaT) is None
    assert rfc3339(None) is None
