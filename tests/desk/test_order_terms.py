"""The desk's orders have the stops and the mode that their own systems tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect, parse_dialect
from data_sources.dialects.event_frames import order_terms_of
from data_sources.errors import DialectError
from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.origin import origin
from ledger import order_lives
from tests.desk.small_desk import accepted, wait_for

TERMS = ["stop_loss_price", "take_profit_price", "mode"]
OWN = """
name = "shop"
[record]
time = ["ts"]
code = ["event"]
[columns.client_order_id]
from = ["id"]
[[rules]]
when = { code = "PLACED" }
then = { kind = "order.submitted" }
[frames.orders]
when = { kind = "order.submitted" }
[frames.orders.columns]
stop_loss_price = ["details.stop"]
"""


@contextmanager
def running(logs: Path, state: Path, dialect: str) -> Iterator[Desk]:
    """A desk over one log; it has read all of it."""
    source = JsonlSource(str(logs), dialect=dialect, name="log")
    desk = Desk([origin("log", source)], state_dir=state)
    desk.start()
    try:
        wait_for(lambda: accepted(desk) and not desk.not_ready())
        yield desk
    finally:
        desk.stop()


def terms_in(orders: pd.DataFrame) -> dict[str, list[Any]]:
    known = orders.set_index("client_order_id")[TERMS].astype("object")
    rows = known.where(known.notna(), None).to_numpy().tolist()
    return dict(zip(map(str, known.index), rows, strict=True))


CAPTURED = {
    "paper-oanda-1": [1.16, 1.17, "paper"],
    "paper-oanda-2": [1.16, 1.17, "paper"],
    "paper-oanda-3": [1.16, 1.17, "paper"],
    "paper-1": [None, None, "paper"],
    "paper-2": [None, None, "paper"],
}


@pytest.mark.parametrize("dialect", ["rick", "auto"])
def test_the_captured_orders_of_rick_and_after_a_restart(
    realdata: Path, tmp_path: Path, dialect: str
) -> None:
    """Three orders with both stops, two that tell only a mode; kept events tell the same again."""
    for _ in range(2):
        with running(realdata / "rick/arena", tmp_path / "state", dialect) as desk:
            assert terms_in(desk.frame("orders")) == CAPTURED
            assert terms_in(desk.view(window_seconds=None, at="last").orders) == CAPTURED


def test_peak_trades_orders_tell_their_environment(realdata: Path) -> None:
    """Each order of the golden session was of the mode PAPER, and none tells a stop."""
    file = realdata / "peak_trade/fixtures/execution_telemetry/golden_session_ok.jsonl"
    source = JsonlSource(file, dialect="peak_trade")
    frame = source.read().frame
    orders = order_lives(frame, order_terms_of(frame, load_dialect("peak_trade")))
    assert len(orders) == 3
    assert set(orders["mode"]) == {"paper"}
    assert orders[["stop_loss_price", "take_profit_price"]].isna().all(axis=None)


def test_a_dialect_of_ones_own_tells_terms(tmp_path: Path) -> None:
    """Numbers in texts are numbers, what is no number is missing; the rest of the order stays."""
    log = tmp_path / "shop.jsonl"
    stops: list[Any] = [1.5, "2.5", "soon", None, float("1e308")]
    rows = [
        {"ts": 1_760_000_000 + n, "event": "PLACED", "id": f"o{n}", "details": {"stop": stop}}
        for n, stop in enumerate(stops)
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "shop.toml").write_text(OWN)
    with running(log, tmp_path / "state", str(tmp_path / "shop.toml")) as desk:
        found = terms_in(desk.frame("orders"))
    assert [row[0] for row in found.values()] == [1.5, 2.5, None, None, 1e308]


WRONG: list[tuple[str, str, str]] = [
    ('stop_loss_price = ["details.stop"]', 'side = ["x"]', r"columns\.side: unknown key"),
    ("[frames.orders.columns]", 'each = "legs"\n[frames.orders.columns]', r"each: unknown key"),
]


@pytest.mark.parametrize(("good", "wrong", "message"), WRONG)
def test_orders_are_made_of_events_alone(good: str, wrong: str, message: str) -> None:
    """A dialect may add terms to orders, and neither other columns nor orders of its own."""
    refuse: Callable[[], Any] = lambda: parse_dialect(OWN.replace(good, wrong), Path("shop.toml"))  # noqa: E731
    with pytest.raises(DialectError, match=message):
        refuse()
