"""What an account is worth, as strangers log it between their orders."""

from __future__ import annotations

from pathlib import Path

from data_sources import JsonlSource
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.guess import guess
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, told

SECOND = 1_755_000_000


def test_points_of_equity_beside_orders(tmp_path: Path) -> None:
    """A line that says what the account is worth is a point; an order that says so stays one."""
    order = {"ts": SECOND, "status": "filled", "symbol": "ES", "side": "buy", "qty": 1}
    write(tmp_path / "orders.jsonl", *told([{**order, "equity": 9_990.0}]))
    points = [{"ts": SECOND + n, "equity": 9_991.5 + n, "cash": 400.0} for n in range(2)]
    write(tmp_path / "equity.jsonl", *told(points))
    log = JsonlSource(tmp_path, dialect="auto")
    frame = log.read().frame
    assert sorted(frame["kind"].astype(str)) == ["equity", "equity", "order.filled"]
    assert log.spoken is not None
    found = frame_of(frame, log.spoken, "equity")
    assert (found["equity"].tolist(), found["cash"].tolist()) == ([9_991.5, 9_992.5], [400.0] * 2)


def test_orders_alone_give_no_points() -> None:
    """Where only orders say what the account was worth there is no frame of equity."""
    line = {"ts": SECOND, "status": "filled", "symbol": "ES", "qty": 1, "equity": 5.0}
    assert "frames.equity" not in guess(told([line]), now_ns=NOW_NS).toml()


def test_a_fill_on_paper_is_a_fill() -> None:
    """`PAPER_FILLED` says what was filled, and where."""
    line = {"ts": SECOND, "status": "PAPER_FILLED", "symbol": "ES", "side": "SELL", "amount": 2}
    assert guess(told([line]), now_ns=NOW_NS).codes.kinds == {"PAPER_FILLED": "order.filled"}
