"""The Arena's lists are for viewers: a token is asked for, sent when configured, and refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_sources import RestSource
from demo.json_server import JsonServer
from demo.rick.order_lists import OrderLists
from demo.rick.viewers import BAD_TOKEN, NO_RIGHT, NO_TOKEN, Viewers
from demo.script import Piece

PLACED = (
    b'{"source":"coinbase","type":"order_placed","payload":{"order_id":"paper-1",'
    b'"product_id":"BTC-USD","side":"BUY","size":0.001,"mode":"paper"},'
    b'"ts":"2025-10-16T11:42:13.182297Z"}\n'
)
VARIABLE = "DESKWATCH_SOURCES__ARENA_ORDERS__TOKEN"


class Clock:
    """Epoch seconds that a test moves on."""

    now = 1_760_614_933.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def viewers(clock: Clock) -> Viewers:
    return Viewers(clock)


@pytest.fixture
def url(viewers: Viewers) -> Iterator[str]:
    """Where one pending order of Coinbase is listed."""
    lists = OrderLists()
    lists.hear(Piece(1_760_614_933 * 10**9, "arena/events.jsonl", PLACED))
    server = JsonServer(lists.answers, viewers.refuses)
    yield server.base_url
    server.close()


def asked(url: str, clock: Clock, token: str) -> tuple[RestSource, str, str]:
    """A source that has read once, with its state and problem."""
    source = RestSource("rick", url=url, name="arena_orders", token=token, now=clock)
    reading = source.read()
    source.close()
    return source, reading.state, reading.problem or ""


def test_a_viewer_sees_the_lists(url: str, viewers: Viewers, clock: Clock) -> None:
    """With the token of a viewer, over a real socket, the pending order is there."""
    lists = ["oanda_orders", "coinbase_orders"]
    source = RestSource("rick", url=url, token=viewers.token(), endpoints=lists, now=clock)
    reading = source.read()
    source.close()
    assert (reading.state, reading.problem) == ("ok", None)
    assert reading.frames["orders"]["venue_order_id"].tolist() == ["paper-1"]


def test_without_a_token_it_is_told_which_variable_to_set(url: str, clock: Clock) -> None:
    """State `auth`, with one sentence: nothing is sent, and where to put the token."""
    _, state, problem = asked(url, clock, "")
    assert state == "auth"
    assert "HTTP 401" in problem
    assert problem.endswith(f"; no token is sent: set {VARIABLE} to one that may read this")


@pytest.mark.parametrize("ending", ["", "x", "."])
def test_a_wrong_token_is_told_and_not_shown(url: str, clock: Clock, ending: str) -> None:
    """State `auth`; the problem names the variable and never the token itself."""
    token = Viewers(clock).token() + ending  # of another Arena
    source, state, problem = asked(url, clock, token)
    assert state == "auth"
    assert f"the token in {VARIABLE} is refused" in problem
    assert token not in problem + repr(source)


def test_a_token_is_over_some_day(url: str, viewers: Viewers, clock: Clock) -> None:
    """A source that was well says `auth` when its token is over, and keeps its last orders."""
    source = RestSource(
        "rick", url=url, name="arena_orders", token=viewers.token(lasts_seconds=60), now=clock,
        endpoints=["coinbase_orders"],
    )  # fmt: skip
    assert source.read().state == "ok"
    clock.now += 61
    reading = source.read()
    source.close()
    assert reading.state == "auth"
    assert len(reading.frames["orders"]) == 1


def test_who_is_refused(viewers: Viewers, clock: Clock) -> None:
    """No token, one of another secret, one that was changed, one that is over, an unknown role."""
    token = viewers.token()
    head, claims, signature = token.split(".")
    assert viewers.refuses(f"Bearer {token}") is None
    assert viewers.refuses(f"Bearer {viewers.token('admin')}") is None
    assert viewers.refuses(None) == viewers.refuses(f"Basic {token}") == NO_TOKEN
    assert viewers.refuses("Bearer ") == NO_TOKEN
    assert viewers.refuses(f"Bearer {Viewers(clock).token()}") == BAD_TOKEN
    assert viewers.refuses(f"Bearer {head}.{claims[:-2]}.{signature}") == BAD_TOKEN
    assert viewers.refuses("Bearer é.ü.ö") == BAD_TOKEN
    assert viewers.refuses(f"Bearer {viewers.token('guest')}") == NO_RIGHT
    clock.now += 14 * 86_400
    assert viewers.refuses(f"Bearer {token}") == BAD_TOKEN
