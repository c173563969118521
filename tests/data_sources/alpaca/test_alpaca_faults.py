"""The broker refuses, limits, breaks or hangs: the last good state stays, and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pandas as pd
import pytest

from data_sources.alpaca import AlpacaSource
from data_sources.alpaca_client import Pace
from data_sources.alpaca_frames import whole_frames
from data_sources.alpaca_parts import MOST_ORDERS
from demo.alpaca_server import SECRET, AlpacaServer, send

Make = Callable[..., AlpacaSource]
Fault = Callable[[BaseHTTPRequestHandler], None]
EVERYTHING = (
    *("/v2/account", "/v2/positions", "/v2/orders"),
    *("/v2/account/portfolio/history", "/v2/stocks/bars"),
)


def status(code: int, **headers: str) -> Fault:
    body = {"message": f"refused for {SECRET}"}
    return lambda to: send(to, code, body, {k.replace("_", "-"): v for k, v in headers.items()})


def body(content: Any) -> Fault:
    return lambda to: send(to, 200, content)


def half(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", "5000")
    to.end_headers()
    to.wfile.write(b'{"account_number": "PA3')
    to.close_connection = True


def slow(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.end_headers()
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        try:
            to.wfile.write(b" ")
            to.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def redirect(to: BaseHTTPRequestHandler) -> None:
    send(to, 302, b"", {"Location": "http://127.0.0.2:9/steal"})


FAULTS = {
    "401": (status(401), "auth"),
    "403": (status(403), "auth"),
    "429": (status(429, Retry_After="7"), "rate_limited"),
    "500": (status(500), "down"),
    "404": (status(404), "misconfigured"),
    "redirect": (redirect, "misconfigured"),
    "slow": (slow, "down"),
    "half": (half, "bad_payload"),
    "half json": (body(b'{"account_number": "PA'), "bad_payload"),
    "page": (body(b"<html>maintenance</html>"), "bad_payload"),
    "list": (body([1, 2]), "bad_payload"),
    "null": (body(None), "bad_payload"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_account_that_cannot_be_read_keeps_its_last_state(
    source: Make, broker: AlpacaServer, clock: list[float], name: str
) -> None:
    """P03, P06, P07, P19: the state names the trouble; what was held stays, with its time."""
    asked = source()
    good = asked.read()
    fault, state = FAULTS[name]
    broker.faults = dict.fromkeys(EVERYTHING, fault)
    clock[0] += 15
    begun = time.monotonic()
    bad = asked.read()
    assert time.monotonic() - begun < 4
    assert bad.state == state
    assert bad.as_of == good.as_of
    assert "account" in str(bad.problem)
    assert f"what is shown is of {good.as_of:%Y-%m-%dT%H:%M:%SZ}" in str(bad.problem)
    for frame in ("positions", "equity", "orders", "prices"):
        assert len(bad.frames[frame]) == len(good.frames[frame])
    assert SECRET not in f"{bad.problem}{bad.frame.to_csv()}"
    broker.faults = {}
    clock[0] += 70
    assert asked.read().state == "ok"


@pytest.mark.parametrize("name", FAULTS)
def test_an_account_never_read_has_no_frames(source: Make, broker: AlpacaServer, name: str) -> None:
    """A failure at the start is no account without positions: there are no frames at all."""
    fault, state = FAULTS[name]
    broker.faults = dict.fromkeys(EVERYTHING, fault)
    reading = source().read()
    assert (reading.state, reading.frames, reading.as_of) == (state, {}, None)
    assert reading.frame["state"].tolist()[0] == state


@pytest.mark.parametrize("path", ["/v2/positions", "/v2/orders", "/v2/stocks/bars"])
def test_one_part_that_fails_leaves_the_others(
    source: Make, broker: AlpacaServer, path: str
) -> None:
    """The account is read, the part is named, the state is degraded."""
    broker.faults = {path: status(403)}
    reading = source(symbols=("SPY",)).read()
    assert reading.state == "degraded"
    assert "HTTP 403" in str(reading.problem)
    assert len(reading.frames["accounts"]) == 1
    missing = {"/v2/positions": "positions", "/v2/orders": "orders", "/v2/stocks/bars": "prices"}
    assert missing[path] not in reading.frames


def test_what_is_whole_is_what_was_heard_now(source: Make, broker: AlpacaServer) -> None:
    """A list that failed, or that is as long as one may be, does not say that an order is gone."""
    asked = source()
    assert asked.read().whole == {"positions", "orders"}
    broker.faults = {"/v2/orders": status(500)}
    reading = asked.read()
    assert reading.whole == {"positions"}
    assert len(reading.frames["orders"]), "the last good ones"
    broker.faults = {}
    assert asked.read().whole == {"positions", "orders"}
    now = pd.Timestamp.now("UTC")
    full = {"orders": ([], now), "open_orders": ([{}] * MOST_ORDERS, now), "positions": ([], now)}
    assert whole_frames(full, ()) == {"positions"}


def test_a_rate_limit_is_kept(source: Make, broker: AlpacaServer, clock: list[float]) -> None:
    """P15: after 429 with Retry-After 30 nothing is asked for 30 s, and one request told us."""
    asked = source()
    asked.read()
    broker.faults = dict.fromkeys(EVERYTHING, status(429, Retry_After="30"))
    clock[0] += 15
    before = len(broker.requests)
    assert asked.read().state == "rate_limited"
    assert len(broker.requests) == before + 1
    assert 30 <= asked.wait_seconds <= 33
    clock[0] += 29
    assert asked.read().state == "rate_limited"
    assert len(broker.requests) == before + 1
    broker.faults = {}
    clock[0] += 5
    assert asked.read().state == "ok"


def test_a_refused_key_is_tried_once_a_minute(
    source: Make, broker: AlpacaServer, clock: list[float]
) -> None:
    """P15: a wrong key leads to one request in 60 s, not to one at each read."""
    asked = source(secret_key="wrong")
    for _ in range(4):
        assert asked.read().state == "auth"
        clock[0] += 14
    assert len(broker.requests) == 1


def test_our_own_pace(source: Make, broker: AlpacaServer, clock: list[float]) -> None:
    """With a limit of ten a minute no more than ten are sent in any 60 s."""
    asked = source(requests_per_minute=10)
    sent = []
    for _ in range(60):
        before = len(broker.requests)
        reading = asked.read()
        sent.append(len(broker.requests) - before)
        clock[0] += 3
    assert max(sum(sent[n : n + 20]) for n in range(len(sent))) <= 10
    assert sum(sent) >= 20
    assert len(reading.frames["positions"]) == 3


def test_pages_without_end(source: Make, broker: AlpacaServer) -> None:
    """An answer that always names a next page ends after 25 requests, and says so."""
    page = {"bars": {"SPY": []}, "next_page_token": "again"}
    broker.faults = {"/v2/stocks/bars": body(page)}
    reading = source(symbols=("SPY",), requests_per_minute=200).read()
    assert reading.state == "degraded"
    assert "more than 25 pages" in str(reading.problem)


def test_odd_numbers_are_missing(source: Make, broker: AlpacaServer) -> None:
    """P19: NaN, words, nulls and missing keys become missing; a blocked account is degraded."""
    broker.faults = {
        "/v2/account": body({"account_number": "1", "equity": "NaN", "trading_blocked": True}),
        "/v2/positions": body([{"symbol": "SPY", "qty": "-3", "current_price": "dear"}, {}]),
        "/v2/orders": body([{"id": "x", "status": "brand_new_word", "qty": None}]),
        "/v2/account/portfolio/history": body({"timestamp": [1, 2, 3], "equity": [0, None, 5]}),
    }
    reading = source(bars=0).read()
    assert reading.state == "degraded"
    assert "trading blocked" in str(reading.problem)
    assert reading.frames["accounts"]["equity"].isna().all()
    spy = reading.frames["positions"].iloc[0]
    assert (spy["position_side"], spy["quantity"]) == ("short", 3.0)
    assert spy[["current_price", "entry_price"]].isna().all()
    assert reading.frames["orders"]["status"].tolist() == ["brand_new_word"]
    assert reading.frames["equity"]["equity"].tolist() == [5.0]


def test_hostile_texts_and_times(source: Make, broker: AlpacaServer) -> None:
    """Half characters, the year 9999, endless nesting: missing or refused, never an exception."""
    half_character = b'[{"id": "x", "symbol": "A\\ud800", "submitted_at": "9999-12-31T00:00:00Z"}]'
    broker.faults = {
        "/v2/orders": body(half_character),
        "/v2/positions": body(b"[" * 100_000),
        "/v2/account/portfolio/history": body({"timestamp": [253402300799], "equity": [5]}),
        "/v2/stocks/bars": body(b'{"bars": {"A\\ud800": [{"t": "9999-12-31T00:00:00Z", "c": 1}]}}'),
    }
    reading = source(symbols=("SPY",)).read()
    assert reading.state == "degraded"
    assert "positions" not in reading.frames
    assert reading.frames["orders"]["symbol"].tolist() == ["A?"]
    assert reading.frames["orders"]["ts_submitted"].isna().all()
    assert reading.frames["prices"].empty


def test_the_pace_counts_a_sliding_minute() -> None:
    """Room comes back one by one, sixty seconds after each request."""
    now = [0.0]
    pace = Pace(2, now=lambda: now[0])
    pace.sent()
    now[0] = 20
    pace.sent()
    assert (pace.room(), pace.wait_seconds()) == (0, 40.0)
    now[0] = 60
    assert pace.room() == 1
