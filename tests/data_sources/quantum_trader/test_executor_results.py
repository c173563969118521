"""What the intent executor writes to `apply.result`: its orders, and why there was none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from ledger import order_lives


def entry(number: int, *, executed: bool, flat: bool = False, **more: Any) -> str:
    """An entry of its own: the result once more as JSON in a text; newer ones also beside it."""
    own = {"plan_id": f"p{number}", "symbol": "ABUSDT"}
    told = own | {"executed": executed, "timestamp": 1740000000 + number, **more}
    fields = own | {"event_type": "apply.result", "executed": str(executed).lower()}
    fields |= {"source": "intent_executor", "timestamp": str(1740000000 + number)}
    fields |= {key: str(value) for key, value in more.items()} if flat else {}
    fields |= {} if flat else {"details": json.dumps(told)}
    stream = {"stream": "quantum:stream:apply.result", "entry_id": f"174000000{number}000-0"}
    return json.dumps(stream | {"fields": fields})


def events_of(folder: Path, *lines: str) -> pd.DataFrame:
    (folder / "saved.jsonl").write_text("\n".join(lines) + "\n")
    return JsonlSource(folder, dialect="quantum_trader_export").read().frame


@pytest.mark.parametrize("flat", [False, True])
def test_an_order_that_was_executed(tmp_path: Path, *, flat: bool) -> None:
    """It is filled by what was filled, not by what was asked for; no price is told, so none is."""
    order = {
        "side": "SELL",
        "qty": 3.0,
        "filled_qty": 2.5,
        "order_id": 77,
        "order_status": "FILLED",
    }
    events = events_of(tmp_path, entry(1, executed=True, flat=flat, **order))
    event = events.iloc[0]
    assert (event["kind"], event["side"], event["quantity"]) == ("order.filled", "sell", 2.5)
    assert (event["client_order_id"], event["venue_order_id"]) == ("p1", "77")
    assert event["ts_event"] == pd.Timestamp(1740000001, unit="s", tz="UTC")
    assert pd.isna(event["price"])
    life = order_lives(events).iloc[0]
    assert (life["status"], life["filled_quantity"]) == ("filled", 2.5)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("PARTIALLY_FILLED", "order.partially_filled"),
        ("NEW", "order.accepted"),
        ("CANCELED", "order.canceled"),
        ("REJECTED", "order.rejected"),
        ("EXPIRED", "order.expired"),
        ("UNKNOWN", "other"),
    ],
)
def test_its_status(tmp_path: Path, status: str, kind: str, *, flat: bool) -> None:
    """The executor says UNKNOWN when it could not ask the exchange: that is no fill."""
    order = {"side": "BUY", "qty": 3.0, "filled_qty": 0.0, "order_id": 77, "order_status": status}
    event = events_of(tmp_path, entry(1, executed=True, flat=flat, **order)).iloc[0]
    assert event["kind"] == kind
    assert (event["reason"] == "unknown_status") is (kind == "other")


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        ("binance_error:HTTPError 400: -4164", "order.rejected", "binance_error"),
        ("p33_permit_denied:too old 17 s", "risk.decision", "p33_permit_denied"),
        ("p33_permit_missing_or_denied", "risk.decision", "p33_permit_missing_or_denied"),
        ("min_notional_check_failed:3.2 < 5", "risk.decision", "min_notional_check_failed"),
        ("mark_price_unavailable", "risk.decision", "mark_price_unavailable"),
    ],
)
def test_why_there_was_no_order(
    tmp_path: Path, error: str, kind: str, reason: str, *, flat: bool
) -> None:
    """A gate blocked it, or the exchange refused it; the reason is countable, the text is whole."""
    line = entry(1, executed=False, flat=flat, error=error, side="BUY", qty=3.0)
    event = events_of(tmp_path, line).iloc[0]
    assert (event["kind"], event["reason"]) == (kind, reason)
    assert event["quantity"] == 3.0
    assert (event["decision"] == "block") is (kind == "risk.decision")
    if reason != error:
        assert event["text"] == error


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("reduces", [True, False, None])
def test_an_order_that_only_reduces_closes(
    tmp_path: Path, reduces: bool | None, *, flat: bool
) -> None:
    """It is no opening order; what else an order does is not told."""
    order: dict[str, Any] = {"side": "BUY", "qty": 1.0, "filled_qty": 1.0}
    order |= {"order_status": "FILLED"} | ({} if reduces is None else {"reduceOnly": reduces})
    effect = events_of(tmp_path, entry(1, executed=True, flat=flat, **order))["position_effect"]
    assert effect.iloc[0] == "close" if reduces else pd.isna(effect.iloc[0])


def test_two_orders_of_one_second_are_two(tmp_path: Path) -> None:
    """No other stream repeats this one: what looks alike is not told twice."""
    order = {"side": "BUY", "qty": 1.0, "filled_qty": 1.0, "order_status": "FILLED"}
    lines = [entry(1, executed=True, order_id=id_, **order) for id_ in (77, 78)]
    assert events_of(tmp_path, *lines)["venue_order_id"].tolist() == ["77", "78"]


def test_a_plan_of_the_apply_layer_stays_a_plan(tmp_path: Path) -> None:
    """Its own entries have a decision, and no result of an order."""
    fields = {"plan_id": "p", "symbol": "AB", "decision": "SKIP", "executed": "False"}
    fields |= {"error": "duplicate_plan", "timestamp": "1740000000"}
    line = {
        "stream": "quantum:stream:apply.result",
        "entry_id": "1740000000000-0",
        "fields": fields,
    }
    assert events_of(tmp_path, json.dumps(line))["kind"].tolist() == ["telemetry.plan"]
