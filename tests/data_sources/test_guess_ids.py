"""Whose order a stranger's line tells of, and what a fill says and does not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from data_sources import JsonlSource
from data_sources.lines.guess import guess
from ledger import order_lives
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000


def read(folder: Path, lines: list[dict[str, Any]]) -> pd.DataFrame:
    """The events of lines in a log of their own."""
    write(folder / "bot.jsonl", *told(lines))
    return JsonlSource(folder, dialect="auto").read().frame


def test_a_price_of_zero_is_no_price(tmp_path: Path) -> None:
    """What a venue writes where it does not know the average is missing, not a fill for nothing."""
    lines = [
        {
            "ts": SECOND + n,
            "status": word,
            "orderId": "a",
            "symbol": "ES",
            "qty": "2",
            "avgPrice": p,
        }
        for n, (word, p) in enumerate([("NEW", "0"), ("FILLED", "0.00"), ("FILLED", "7.5")])
    ]
    prices = read(tmp_path, lines)["price"].tolist()
    assert prices[2] == 7.5
    assert pd.isna(prices[:2]).all()


def test_an_id_of_any_name_that_the_lines_of_an_order_share(tmp_path: Path) -> None:
    """Each order has its own and its fill the same: the fills find their orders, in any turn."""
    lines: list[dict[str, Any]] = []
    for n in range(4):
        sent = {"ts": SECOND + n, "event": "order_submitted", "symbol": "ES", "side": "buy"}
        lines.append({**sent, "shares": 10 + n, "acme_id": 700 + n, "run_id": "r"})
    for n in (2, 0, 3, 1):
        filled = {"ts": SECOND + 9, "event": "order_filled", "symbol": "ES", "avg_price": 5.0}
        lines.append({**filled, "filled": 10 + n, "acme_id": 700 + n, "run_id": "r"})
    frame = read(tmp_path, lines)
    assert frame["client_order_id"].astype(str).tolist()[:2] == ["700", "701"]
    orders = order_lives(frame)
    assert orders["status"].astype(str).tolist() == ["filled"] * 4
    assert orders["filled_quantity"].tolist() == [10.0, 11.0, 12.0, 13.0]


def test_an_id_of_a_run_is_no_orders() -> None:
    """Ids that several orders share, or that say of what they are, are no ids of orders."""
    lines = [
        {"ts": SECOND + n, "event": word, "symbol": "ES", "qty": 1, "run_id": n // 2, "lot_no": 5}
        for n, word in enumerate(["order_submitted", "order_filled"] * 3)
    ]
    roles = {each.role for each in guess(told(lines), now_ns=NOW_NS).choices}
    assert "client_order_id" not in roles


def test_the_same_id_under_another_name(tmp_path: Path) -> None:
    """A fill names its order under another key; what the placing tells of it is no fill's."""
    lines: list[dict[str, Any]] = []
    for n in range(3):
        lines.append({
            "timestamp": SECOND + 2 * n, "event_type": "ORDER_PLACED", "rid": f"plan-{n}",
            "symbol": "ES", "side": "SELL", "quantity": 2.5, "client_order_id": f"E-{n}",
            "answer": {"executedQty": "0.000", "avgPrice": "0.00"},
        })  # fmt: skip
        filled = {"timestamp": SECOND + 2 * n + 1, "event_type": "ORDER_FILLED", "rid": f"E-{n}"}
        lines.append({**filled, "symbol": "ES", "side": "SELL", "quantity": 2.5, "price": 9.25})
    frame = read(tmp_path, lines)
    fills = frame[frame["kind"] == "order.filled"]
    assert fills["client_order_id"].astype(str).tolist() == ["E-0", "E-1", "E-2"]
    assert (fills["quantity"].tolist(), fills["price"].tolist()) == ([2.5] * 3, [9.25] * 3)
    assert order_lives(frame)["status"].astype(str).tolist() == ["filled"] * 3


def test_a_number_that_happens_to_be_an_id_is_none() -> None:
    """A count that equals the id of an order names no order."""
    lines = [
        {"ts": SECOND, "event": "order_submitted", "symbol": "ES", "qty": 1, "order_id": 1},
        {"ts": SECOND + 1, "event": "order_filled", "symbol": "ES", "qty": 1, "tries": 1, "bid": 1},
    ]
    (own,) = [e for e in guess(told(lines), now_ns=NOW_NS).choices if "order_id" in e.role]
    assert (own.path, own.also) == ("order_id", ())


def test_an_exit_that_is_filled_closes(tmp_path: Path) -> None:
    """Targets and exits are orders that close: they are no fills of opening orders."""
    words = ["order_placed", "order_filled", "tp_filled", "exit_order_filled"]
    lines = [
        {"ts": SECOND + n, "event": word, "order_id": n // 2, "symbol": "ES", "qty": 1, "price": 2}
        for n, word in enumerate(words)
    ]
    frame = read(tmp_path, lines)
    assert frame["kind"].astype(str).tolist()[1:] == ["order.filled"] * 3
    assert frame["position_effect"].astype(str).tolist() == ["open", "open", "close", "close"]


def test_failed_is_an_orders_end_beside_orders_alone() -> None:
    """Where other lines tell of orders, one that failed was rejected; a failed check is none."""
    order = {"symbol": "ES", "side": "buy", "qty": 1}
    lines = [
        {"ts": SECOND + n, "status": word, "client_order_id": f"o{n}", **order}
        for n, word in enumerate(["submitted", "failed", "dry_run"])
    ]
    kinds = guess(told(lines), now_ns=NOW_NS).codes.kinds
    assert kinds == {"submitted": "order.submitted", "failed": "order.rejected"}
    checks = [{"ts": SECOND, "status": "failed", "client_order_id": "o", **order}]
    assert not guess(told(checks), now_ns=NOW_NS).is_useful
