"""The broker's account as frames: what its API says, nothing invented, and only ever read."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import pytest

from data_sources import Catalog
from data_sources.alpaca import AlpacaSource
from data_sources.alpaca_client import RefusedRequestError
from data_sources.alpaca_frames import ORDER_COLUMNS
from data_sources.errors import ConfigError
from data_sources.frames import empty
from demo.alpaca_desk import Desk
from demo.alpaca_server import ACCOUNT, SECRET, AlpacaServer
from ledger.order_frame import ORDER_COLUMNS as DESK_COLUMNS
from metrics.momentum import momentum
from tests.data_sources.alpaca.conftest import NOON
from tests.outbound import recorder

Make = Callable[..., AlpacaSource]


def test_the_account_is_what_the_broker_says(source: Make) -> None:
    """Equity is cash plus what is held, the numbers are those of the server, dtypes the agreed."""
    desk = Desk(7, NOON)
    reading = source().read()
    assert (reading.state, reading.problem) == ("ok", None)
    account = reading.frames["accounts"].iloc[0]
    worth = sum(n * desk.price(s) for s, n in desk.quantity.items())
    assert account["equity"] == pytest.approx(desk.cash + worth, abs=0.01)
    assert (account["account_id"], account["environment"]) == (ACCOUNT, "paper")
    held = reading.frames["positions"].set_index("symbol")
    assert held["quantity"].to_dict() == {s: float(n) for s, n in desk.quantity.items()}
    assert held["entry_price"].to_dict() == desk.entry
    assert set(held["position_side"]) == {"long"}
    for name, frame in reading.frames.items():
        if name != "orders":
            assert frame.dtypes.to_dict() == empty(name).dtypes.to_dict(), name
    for frame in (reading.frame, *reading.frames.values()):
        assert set(frame["account_id"]) == {ACCOUNT}
        assert set(frame["source"]) == {"broker"}


def test_orders_have_the_columns_of_the_desk(source: Make) -> None:
    """Every fill of the history is there once, the one that waits is open with what is left."""
    orders = source().read().frames["orders"]
    assert set(DESK_COLUMNS) - set(orders.columns) <= {"session_id", "position_effect"}
    assert list(orders.columns) == list(ORDER_COLUMNS)
    filled = orders[orders["status"] == "filled"]
    assert len(filled) == len(Desk(7, NOON).orders)
    assert filled["leaves_quantity"].eq(0).all()
    assert (filled["ts_closed"] > filled["ts_submitted"]).all()
    waiting = orders[orders["status"] == "accepted"].iloc[0]
    assert (waiting["leaves_quantity"], waiting["reason"], waiting["mode"]) == (10, "new", "limit")
    assert pd.isna(waiting["ts_closed"])
    assert orders["venue_order_id"].is_unique


def test_equity_over_a_year_with_its_drawdown(source: Make) -> None:
    """The history and now; the drawdown is against the highest so far and never above 0."""
    equity = source().read().frames["equity"]
    values = equity["equity"].tolist()
    assert values[:-1] == Desk(7, NOON).equity
    assert equity["ts_event"].is_monotonic_increasing
    expected = [value / max(values[: n + 1]) - 1 for n, value in enumerate(values)]
    assert equity["drawdown_ratio"].tolist() == pytest.approx(expected)
    assert equity["cash"].isna().sum() == len(equity) - 1
    assert equity["cash"].iloc[-1] == Desk(7, NOON).cash


def test_bars_of_many_pages_feed_the_momentum(source: Make, broker: AlpacaServer) -> None:
    """13 symbols of 260 sessions come in four pages; momentum ranks them as by hand."""
    symbols = tuple(Desk(7, NOON).closes)
    reading = source(symbols=symbols).read()
    prices = reading.frames["prices"]
    assert sum("/v2/stocks/bars" in request for request in broker.requests) == 4
    assert prices["symbol"].nunique() == 13
    assert not prices.duplicated(["symbol", "ts_event"]).any()
    assert all(ts.hour in (4, 5) for ts in prices["ts_event"])
    closes = Desk(7, NOON).closes
    ranked = sorted(symbols, key=lambda s: closes[s][-127] / closes[s][-1])
    found = momentum({"prices": prices, "positions": reading.frames["positions"]})
    assert found["symbol"].tolist() == ranked
    assert set(found.loc[found["held"], "symbol"]) == set(Desk(7, NOON).quantity)


def test_the_market_is_told_by_calendar_or_by_the_broker(source: Make) -> None:
    """Both say open until 21:00 UTC on the day before Thanksgiving; no state turns on it."""
    own = source().read().frame.set_index("name")
    assert own.loc["XNYS", "detail"] == "XNYS is open until 2025-11-26T21:00Z"
    told = source(calendar="").read().frame.set_index("name")
    assert told.loc["broker market", "detail"] == (
        "the broker's market is open until 2025-11-26T21:00Z"
    )


def test_slow_parts_are_asked_at_their_own_pace(
    source: Make, broker: AlpacaServer, clock: list[float]
) -> None:
    """Five reads in a minute ask four things each; history and bars once a minute."""
    asked = source()
    counts = []
    for _ in range(5):
        before = len(broker.requests)
        asked.read()
        counts.append(len(broker.requests) - before)
        clock[0] += 15
    assert counts == [6, 4, 4, 4, 6]


def test_no_way_to_write(source: Make, broker: AlpacaServer) -> None:
    """Even the library's own calls that change something are stopped before the network."""
    asked = source()
    asked.read()
    before = len(broker.requests)
    clients = asked._clients
    assert clients is not None
    for change in (
        lambda: clients.trading.cancel_orders(),
        lambda: clients.trading.close_all_positions(),
        lambda: clients.trading.post("/orders", {"symbol": "SPY", "qty": 1}),
        lambda: clients.trading.patch("/orders/1", {"qty": 2}),
        lambda: clients.trading.put("/watchlists/1", {}),
        lambda: clients.trading.delete("/positions/SPY"),
    ):
        with pytest.raises(RefusedRequestError, match="never sent"):
            change()
    with pytest.raises(RefusedRequestError, match="is asked"):
        clients.trading.get("/account", base_url="http://example.invalid")
    assert len(broker.requests) == before


def test_secrets_come_from_the_environment_alone_and_are_never_shown(
    source: Make, tmp_path: object
) -> None:
    """A key in a table is refused; without keys the source says which variables to set."""
    with pytest.raises(ConfigError, match="DESKWATCH_SOURCES__BROKER__API_KEY"):
        Catalog.from_specs({"broker": {"kind": "alpaca", "api_key": "PK1"}})
    without = source(api_key="").read()
    assert without.state == "misconfigured"
    assert "DESKWATCH_SOURCES__BROKER__SECRET_KEY" in str(without.problem)
    reading = source().read()
    shown = "".join(frame.to_csv() for frame in (reading.frame, *reading.frames.values())) + repr(
        (source(), reading.cursor, reading.problem)
    )
    assert SECRET not in shown


@pytest.mark.parametrize(
    "url",
    [
        "http://paper-api.alpaca.markets",
        "ftp://x",
        "https://key:s@h",
        "https://h?key=1",
        "https://",
    ],
)
def test_urls_that_keys_must_not_go_to(url: str) -> None:
    """Plain http beyond this machine, keys in the URL and other schemes are refused."""
    with pytest.raises(ConfigError, match=r"^url: "):
        AlpacaSource(url)


def test_a_restart_keeps_since(source: Make, clock: list[float]) -> None:
    """The cursor carries since when the state holds."""
    first = source().read()
    clock[0] += 3600
    again = source().read(first.cursor)
    assert again.frame["since"][0] == first.frame["since"][0]


def test_the_server_is_believable(broker: AlpacaServer) -> None:
    """Same seed and day, same history; no day moves the account by more than 8 %."""
    one, two = Desk(7, NOON), Desk(7, NOON)
    assert one.equity == two.equity
    assert one.orders == two.orders
    assert all(abs(b / a - 1) < 0.08 for a, b in pairwise(one.equity))
    assert Desk(8, NOON).equity != one.equity
    days = broker.answer("/v2/calendar", {"start": "2025-11-24", "end": "2025-11-30"})
    assert [each["date"] for each in days] == [
        "2025-11-24",
        "2025-11-25",
        "2025-11-26",
        "2025-11-28",
    ]
    assert days[-1]["close"] == "18:00Z"


def test_each_request_is_seen_as_a_get_on_its_way_out(source: Make, broker: AlpacaServer) -> None:
    """What the suite watches for at every socket are the very requests that the broker gets."""
    assert source().read().state == "ok"
    assert len(recorder.asked) == len(broker.requests) > 4
    assert {method for method, _, _ in recorder.asked} == {"GET"}
