"""From an intent to its order: by ids alone, and what finds no counterpart is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import JsonlSource
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.frames import shaped
from metrics.intent_latency import intent_latency
from tests.metrics.told_account import at

START = at("2026-02-17T12:00:00")
COUNTS = ["intents_total", "orders_total", "matched_total", "unmatched_intents_total"]
COUNTS += ["unmatched_orders_total", "reversed_total", "n"]


def intents(*rows: tuple[float, str, dict[str, Any]]) -> pd.DataFrame:
    """The frame `intents` of (seconds, stage, the ids)."""
    told = [
        {"ts_event": START + pd.Timedelta(seconds=after), "stage": stage, "session_id": "s", **ids}
        for after, stage, ids in rows
    ]
    return shaped("intents", told, source="bot")


def measured(*rows: tuple[float, str, dict[str, Any]]) -> dict[str, Any]:
    (row,) = intent_latency({"intents": intents(*rows)}).to_dict("records")
    return row


def counts(row: dict[str, Any]) -> list[int]:
    return [row[name] for name in COUNTS]


def test_the_golden_sessions(realdata: Path) -> None:
    """Nine intents, eight orders: 50 … 3,000 ms, one intent without an order."""
    folder = realdata / "peak_trade/fixtures/execution_telemetry"
    events = JsonlSource(folder, dialect="peak_trade").read().frame
    told = frame_of(events, load_dialect("peak_trade"), "intents")
    (row,) = intent_latency({"intents": told}).to_dict("records")
    assert counts(row) == [9, 8, 8, 1, 0, 0, 8]
    seconds = [0.05, 0.1, 0.15, 0.15, 0.18, 0.2, 0.25, 3.0]
    assert row["p50_seconds"] == pytest.approx(pd.Series(seconds).quantile(0.5))
    assert (row["least_seconds"], row["most_seconds"]) == pytest.approx((0.05, 3.0))
    assert pd.isna(row["p99_seconds"])


def test_by_the_order_first_then_by_the_intent() -> None:
    """An intent that names its order is matched by that, another by its own id."""
    row = measured(
        (0.0, "intent", {"client_order_id": "c1"}),
        (1.0, "intent", {"intent_id": "i2"}),
        (0.5, "order", {"client_order_id": "c1", "intent_id": "i2"}),
        (3.0, "order", {"client_order_id": "c2", "intent_id": "i2"}),
    )
    assert counts(row) == [2, 2, 2, 0, 0, 0, 2]
    assert (row["least_seconds"], row["most_seconds"]) == (0.5, 2.0)


def test_the_symbol_alone_matches_nothing() -> None:
    """Intents without an id, as the emitter writes them, have no latency; all are counted."""
    row = measured(
        (0.0, "intent", {"symbol": "BTC/EUR"}),
        (0.1, "order", {"symbol": "BTC/EUR", "client_order_id": "c1"}),
        (0.2, "order", {"symbol": "BTC/EUR", "client_order_id": "c2", "intent_id": "i9"}),
    )
    assert counts(row) == [1, 2, 0, 1, 2, 0, 0]
    assert pd.isna([row["p50_seconds"], row["most_seconds"]]).all()


def test_several_orders_of_one_intent() -> None:
    """The first order ends the wait, the second is no stranger; a line told twice counts once."""
    row = measured(
        (0.0, "intent", {"intent_id": "i1"}),
        (0.3, "intent", {"intent_id": "i1"}),
        (1.0, "order", {"client_order_id": "c1", "intent_id": "i1"}),
        (1.5, "order", {"client_order_id": "c1", "intent_id": "i1"}),
        (2.0, "order", {"client_order_id": "c2", "intent_id": "i1"}),
    )
    assert counts(row) == [1, 2, 1, 0, 0, 0, 1]
    assert row["p50_seconds"] == 1.0


def test_an_order_before_its_intent_is_no_latency() -> None:
    """It is matched and counted as reversed; 0 is never made of it."""
    row = measured((5.0, "intent", {"intent_id": "i1"}), (4.0, "order", {"intent_id": "i1"}))
    assert counts(row) == [1, 1, 1, 0, 0, 1, 0]
    assert pd.isna(row["p50_seconds"])


def test_sessions_and_sources_are_kept_apart() -> None:
    """The same id in another session is another intent; another source is another row."""
    mine = intents((0.0, "intent", {"intent_id": "i1"}))
    other = intents((1.0, "order", {"intent_id": "i1"})).assign(session_id="t")
    (row,) = intent_latency({"intents": pd.concat([mine, other])}).to_dict("records")
    assert counts(row) == [1, 1, 0, 1, 1, 0, 0]
    both = intent_latency({"intents": pd.concat([mine, mine.assign(source="bot2")])})
    assert both["source"].tolist() == ["bot", "bot2"]


def test_of_a_moment_and_of_nothing() -> None:
    """Before its order came an intent is unmatched; no frame, no rows: no row."""
    told = intents((0.0, "intent", {"intent_id": "i1"}), (2.0, "order", {"intent_id": "i1"}))
    early = intent_latency({"intents": told}, at=START + pd.Timedelta(seconds=1))
    assert counts(early.iloc[0].to_dict()) == [1, 0, 0, 1, 0, 0, 0]
    assert intent_latency({}).empty
    assert intent_latency({"intents": told.iloc[:0]}).empty


ROWS = st.tuples(
    st.floats(0, 9),
    st.sampled_from(["intent", "order"]),
    st.fixed_dictionaries({"intent_id": st.sampled_from([None, "a", "b", "c"])}),
)


@settings(max_examples=10)
@given(st.lists(ROWS, min_size=1, max_size=12), st.randoms())
def test_nothing_is_lost_and_the_order_of_lines_decides_nothing(rows: Any, chance: Any) -> None:
    """Matched and unmatched make all intents; the same lines in another order tell the same."""
    row = measured(*rows)
    assert row["matched_total"] + row["unmatched_intents_total"] == row["intents_total"]
    assert row["matched_total"] + row["unmatched_orders_total"] <= row["orders_total"]
    assert row["n"] + row["reversed_total"] == row["matched_total"]
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert counts(measured(*shuffled)) == counts(row)
