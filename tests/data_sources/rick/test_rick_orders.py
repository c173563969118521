"""Arena events told to the ledger: cancels without a symbol, repeated cancels, TTL, restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from data_sources import JsonlSource
from data_sources.sse import SseSource
from ledger import Ledger, View
from metrics.orders import order_counts
from tests.data_sources.rick.arena_server import Arena
from tests.data_sources.rick.reading_on import Heard

Listen = Callable[..., SseSource]
TTL_SECONDS = 360 * 60.0


def view_of(*frames: pd.DataFrame, at: pd.Timestamp | None = None) -> View:
    ledger = Ledger()
    for frame in frames:
        ledger.fold(frame)
    last = max(frame["ts_event"].max() for frame in frames)
    return ledger.view(window_seconds=None, at=at or last)


def captured(folder: Path, realdata: Path) -> pd.DataFrame:
    """The capture of a run as a log of lines."""
    body = (realdata / "rick/generated_run/arena_events_capture.sse.txt").read_bytes()
    lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: ")]
    path = folder / "arena.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    clock = pd.Timestamp("2026-11-22", tz="UTC").value
    return JsonlSource(path, dialect="rick", clock=lambda: clock).read().frame


def test_a_cancel_without_a_symbol_finds_its_order(tmp_path: Path, realdata: Path) -> None:
    """Cancels carry only an id: the order keeps its symbol, and a second cancel counts nothing."""
    frame = captured(tmp_path, realdata)
    assert len(frame) == 8
    assert frame.loc[frame["kind"] == "order.canceled", "symbol"].isna().all()
    view = view_of(frame)
    orders = view.orders.set_index("client_order_id")
    assert orders["symbol"].astype(object).to_dict() == {
        "paper-oanda-1": "EUR_USD", "paper-1": "BTC-USD", "paper-2": "ETH-USD",
    }  # fmt: skip
    assert orders["status"].astype(object).to_dict() == {
        "paper-oanda-1": "canceled", "paper-1": "canceled", "paper-2": "accepted",
    }  # fmt: skip
    counts = view.measure(order_counts)
    assert (counts.submitted, counts.cancelled, counts.denied) == (3, 2, 1)
    assert (counts.filled, counts.orphans) == (0, 0)


def test_nobody_says_how_long_the_venue_took(tmp_path: Path, realdata: Path) -> None:
    """A placed order is told once it stands: it is acknowledged, without a latency."""
    view = view_of(captured(tmp_path, realdata))
    assert view.measure(order_counts).ack == 3
    assert view.orders["order_ack_seconds"].isna().all()
    assert view.latency("order_ack").n == 0


def test_an_order_expires_by_its_ttl(realdata: Path) -> None:
    """Nothing is published when an order lapses: expiry is derived at the moment asked for."""
    frame = JsonlSource(realdata / "rick/arena", dialect="rick").read().frame
    oanda = frame[frame["venue"].isin(["arena", "oanda"])]
    first = oanda.loc[oanda["kind"] == "order.submitted", "ts_event"].min()
    lapses = first + pd.Timedelta(seconds=TTL_SECONDS)
    second = pd.Timedelta(seconds=1)
    before, after = view_of(oanda, at=lapses - second), view_of(oanda, at=lapses + second)
    assert before.orders["status"].astype(object).tolist() == ["accepted"] * 3
    assert after.orders["status"].astype(object).tolist() == ["expired", "accepted", "accepted"]
    assert before.orders["ts_expires"].iloc[0] == lapses


def test_ids_that_begin_anew_are_other_orders(street: Arena, listen: Listen) -> None:
    """After a restart `paper-oanda-1` is another order, and its cancel reaches that one."""
    street.place(1, "EUR_USD")
    heard = Heard(listen(street.url)).events(2)
    street.stop()
    heard.state("down", "degraded")
    street.start()
    street.place(1, "GBP_USD")
    street.cancel(1)
    street.cancel(1)
    heard.events(6)
    orders = view_of(*heard.frames).orders
    assert orders[["symbol", "status"]].astype(object).to_numpy().tolist() == [
        ["EUR_USD", "accepted"],
        ["GBP_USD", "canceled"],
    ]


def test_the_same_event_from_stream_and_replay_counts_once(street: Arena, listen: Listen) -> None:
    """A source that forgot all takes the replay again: the ledger knows it by id."""
    street.place(1)
    street.place(2)
    heard = Heard(listen(street.url)).events(3)
    ledger = Ledger()
    for frame in heard.frames:
        ledger.fold(frame)
    heard.frames.clear()
    heard.read({})
    heard.events(6)
    again = [ledger.fold(frame).duplicates for frame in heard.frames]
    assert sum(sum(each.values()) for each in again) == 2
    assert ledger.view(window_seconds=None).measure(order_counts).submitted == 2
