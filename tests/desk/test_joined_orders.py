"""An order that a log and a venue's list both tell is one row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.joined_orders import joined_orders
from desk.origin import origin
from ledger import Ledger
from tests.desk.small_desk import wait_for

NOW = pd.Timestamp("2025-10-16T11:45:00Z")
SENT = pd.Timestamp("2025-10-16T11:41:45Z")
SYSTEMS = {"arena": "rick", "rest": "rick", "bot": "stock_trader", "broker": ""}
BARE = (
    Ledger()
    .view(window_seconds=None)
    .orders.astype({"symbol": "str", "status": "str", "source": "str", "account_id": "str"})
)


def orders(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame([{"symbol": "EUR_USD", **row} for row in rows], columns=list(BARE.columns))
    for name, dtype in BARE.dtypes.items():
        if str(dtype).startswith("datetime"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame.astype({"client_order_id": "str", "venue_order_id": "str", "status": "str"})


def logged(**more: Any) -> dict[str, Any]:
    told = {"client_order_id": "paper-oanda-1", "status": "accepted", "source": "arena"}
    return {**told, "ts_submitted": SENT, "raw_offset": 7, **more}


def listed(**more: Any) -> dict[str, Any]:
    told = {"venue_order_id": "paper-oanda-1", "status": "accepted", "source": "rest"}
    return {**told, "ts_submitted": SENT + pd.Timedelta(seconds=1), "limit_price": 1.1655, **more}


def joined(a: dict[str, Any], b: dict[str, Any], now: pd.Timestamp = NOW) -> pd.DataFrame:
    found = joined_orders(orders(a), orders(b), SYSTEMS, now)
    return pd.concat([part for part in found if len(part)], ignore_index=True)


def test_the_arenas_event_and_its_list_are_one_order() -> None:
    """`paper-oanda-1` of both: the line of the log, the price of the list."""
    (row,) = joined(listed(), logged()).to_dict("records")
    assert (row["client_order_id"], row["venue_order_id"]) == ("paper-oanda-1", "paper-oanda-1")
    assert (row["source"], row["raw_offset"], row["limit_price"]) == ("arena", 7, 1.1655)
    assert (row["status"], row["ts_submitted"]) == ("accepted", SENT)


def test_an_account_joins_what_no_system_does() -> None:
    """A bot's log and its broker name the same account; another account's order stays alone."""
    bot, broker = logged(source="bot", account_id="A1"), listed(source="broker", account_id="A1")
    assert len(joined(broker, bot)) == 1
    assert len(joined({**broker, "account_id": "A2"}, bot)) == 2
    assert len(joined({**broker, "account_id": None}, bot)) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"venue_order_id": "paper-oanda-2"},
        {"symbol": "GBP_USD"},
        {"ts_submitted": SENT - pd.Timedelta(hours=1)},
    ],
    ids=["another id", "another symbol", "the id of before a restart"],
)
def test_what_contradicts_is_another_order(other: dict[str, Any]) -> None:
    """Ids begin anew when the arena does: an id alone joins nothing."""
    assert len(joined(listed(**other), logged())) == 2


@pytest.mark.parametrize(
    ("in_log", "in_list", "status"),
    [
        ("canceled", "accepted", "canceled"),
        ("expired", "accepted", "accepted"),
        ("accepted", "filled", "filled"),
        ("submitted", "accepted", "accepted"),
    ],
)
def test_the_list_has_the_last_word_but_for_an_end_that_was_told(
    in_log: str, in_list: str, status: str
) -> None:
    """An expiry that was only reckoned gives way to the venue, a cancel event does not."""
    (row,) = joined(listed(status=in_list), logged(status=in_log)).to_dict("records")
    assert row["status"] == status


def test_a_listed_order_expires_at_its_time() -> None:
    """Nobody says so: the list of an hour ago is all there is."""
    over = SENT + pd.Timedelta(hours=6)
    (row,) = joined(listed(ts_expires=over), logged(), now=over).to_dict("records")
    assert (row["status"], row["ts_closed"]) == ("expired", over)


class OrderList:
    """A polled list that holds one order."""

    kind: ClassVar = "rest"
    frame_name: ClassVar = "orders"
    stale_after_seconds = 60.0
    every_seconds = 0.02
    path = "list"
    dialect = "rick"

    def read(self) -> Reading:
        now = pd.Timestamp.now("UTC").as_unit("ns")
        frame = shaped("orders", [listed(limit_price=1.25)])
        return Reading(frame, {}, as_of=now, state="ok")

    def close(self) -> None:
        """Nothing is open."""


def test_a_desk_shows_one_row(tmp_path: Path) -> None:
    """The arena's own line read from a file and a list of the same order, over a whole desk."""
    payload = {"order_id": "paper-oanda-1", "instrument": "EUR_USD", "side": "BUY", "units": 100}
    line = {"source": "oanda", "type": "oco_placed", "payload": {**payload, "ttl_min": 360}}
    log = tmp_path / "arena.jsonl"
    log.write_text(json.dumps({**line, "ts": SENT.isoformat()}) + "\n")
    arena = JsonlSource(str(log), dialect="rick", name="arena")
    desk = Desk([origin("arena", arena), origin("rest", OrderList())], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: (desk.frame("orders")["limit_price"] == 1.25).any())
        found = wait_for(lambda: desk.frame("orders", source="arena").to_dict("records"))
        wait_for(lambda: len(desk.frame("orders")) == 1)
        assert found[0]["client_order_id"] == "paper-oanda-1"
        assert desk.frame("orders")["limit_price"].tolist() == [1.25]
    finally:
        desk.stop()
