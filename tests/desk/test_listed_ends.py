"""What a list of the venue says has ended is not pending, though the bot's log never said so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.alpaca_frames import frames_of
from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from metrics.by_source import open_orders_by_source
from metrics.conservation import conservation_of_counts
from metrics.pending import pending
from tests.desk.small_desk import wait_for

SENT = pd.Timestamp.now("UTC").floor("s")


class Broker:
    """Lists one order of the account, in the words of Alpaca, as it is told to."""

    kind: ClassVar = "alpaca"
    frame_name: ClassVar = "services"
    stale_after_seconds = 60.0
    every_seconds = 0.02
    path = "broker"
    account_id = "A1"

    def __init__(self, **order: Any) -> None:
        self.order = {"id": "o-1", "symbol": "TLT", "submitted_at": SENT.isoformat(), **order}

    def read(self) -> Reading:
        now = pd.Timestamp.now("UTC").as_unit("ns")
        heard = {"account": ({"account_number": "A1"}, now), "orders": ([self.order], now)}
        services = shaped("services", [{"name": "broker", "state": "ok"}], source="broker")
        frames = frames_of(heard, "broker", "A1", "paper")
        return Reading(services, {}, as_of=now, state="ok", frames=frames)

    def close(self) -> None:
        """Nothing is open."""


def desk_over(folder: Path, broker: Broker) -> Desk:
    """A desk of the broker and of a log with two orders, one of which the broker lists."""
    logs = folder / "A1"
    logs.mkdir()
    same = {"event_type": "order_submitted", "symbol": "TLT", "side": "buy", "quantity": 1}
    lines = [{**same, "timestamp": SENT.isoformat(), "order_id": f"o-{n}"} for n in (1, 2)]
    (logs / "orders.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    log = JsonlSource(logs, dialect="stock_trader", name="log", account_id="A1")
    sources = [origin("log", log), origin("broker", broker)]
    return Desk(sources, state_dir=folder / "state")


@pytest.mark.parametrize(
    ("told", "waiting"),
    [
        ({"status": "filled"}, 1),
        ({"status": "canceled"}, 1),
        ({"status": "new"}, 2),
        ({"status": "filled", "symbol": "SPY"}, 2),
        ({"status": "filled", "id": "o-9"}, 2),
        ({"status": "filled", "submitted_at": (SENT - pd.Timedelta(days=1)).isoformat()}, 2),
    ],
    ids=["filled", "canceled", "open", "another symbol", "another id", "another day"],
)
def test_the_brokers_end_counts(tmp_path: Path, told: dict[str, Any], waiting: int) -> None:
    """Card, source table and open orders agree; nothing vanishes from the accounting."""
    desk = desk_over(tmp_path, Broker(**told))
    desk.start()
    try:
        wait_for(lambda: desk.sources()[0]["accepted"] == 2 and not desk.not_ready())
        wait_for(lambda: "orders" in desk.view().states)
        view = desk.view(window_seconds=None, at=SENT + pd.Timedelta(1, "s"))
        if view.states.get("orders") is None:  # the broker was asked after that moment
            view = desk.view(window_seconds=None)
    finally:
        desk.stop()
    assert view.measure(pending).pending_orders == waiting
    assert view.measure(open_orders_by_source) == {"log": waiting}
    assert len(view.waiting_order_columns.frame()) == waiting
    assert len(view.open_orders) == 2, "as far as the log knows"
    assert view.measure(conservation_of_counts).holds
    ids = view.waiting_order_columns.frame()["venue_order_id"].tolist()
    assert ids == ["o-2"] if waiting == 1 else ["o-1", "o-2"]
