"""`python -m demo --serve`: what it serves answers as the real ones do, and ends with it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from data_sources import discover
from tests.demo.served import ROOT, served, source, wait_for

SYSTEMS = ("--system", "quantum_trader", "peak_trade", "rick", "stock_trader")


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The demo's ready line while four systems are served; at the end it must have ended."""
    with served(tmp_path_factory.mktemp("served"), *SYSTEMS) as ready:
        yield ready


def test_every_kind_of_source_is_at_work(demo: dict[str, Any]) -> None:
    """What a desk can read the demo has; Redis where it is installed."""
    kinds = {table["kind"] for table in demo["sources"].values()}

    assert kinds | {"redis_streams"} == set(discover())


def test_what_is_only_counted_answers_beside_the_backend(demo: dict[str, Any]) -> None:
    """The backend's `/metrics` is asked by the ready line's table: well, or not yet counting."""
    gate = source(demo, "quantum_gate")
    assert gate.read().state in ("ok", "waiting")
    assert gate.url == demo["sources"]["quantum_backend"]["url"].replace("/health", "/metrics")


def test_the_arena_lists_its_pending_orders(demo: dict[str, Any]) -> None:
    """Both brokers' lists are orders that wait; the program's account is not asked for."""
    lists = source(demo, "rick_orders")
    try:
        wait_for(lambda: len(lists.read().frames["orders"]) > 0)
        frames = lists.read().frames
    finally:
        lists.close()
    orders = frames["orders"]
    assert set(orders["status"]) == {"accepted"}
    assert orders["venue_order_id"].str.startswith("paper").all()
    assert orders["ts_submitted"].notna().all()
    assert set(frames) == {"orders"}


def test_the_arena_replays_and_goes_on(demo: dict[str, Any]) -> None:
    """Over a real stream: the orders so far at once, each of them once, and its health is asked."""
    arena = source(demo, "arena")
    kinds: list[str] = []

    def heard() -> bool:
        kinds.extend(arena.read().frame["kind"])
        return "order.submitted" in kinds

    try:
        wait_for(heard)
        assert arena.read().state == "ok"
        assert kinds.count("heartbeat") == 1
    finally:
        arena.close()


def test_broker_and_logs_tell_of_the_same_account(demo: dict[str, Any]) -> None:
    """What the broker holds is what the bot's newest cycle says it holds."""
    logs = Path(demo["logs"]["stock_trader"]) / "production/local_logs/PA3T8N36NVJK"
    wait_for(lambda: (logs / "performance.jsonl").exists())
    wait_for(lambda: bool((logs / "performance.jsonl").read_text()))
    broker = source(demo, "stock_broker")
    reading = broker.read()
    positions = reading.frames["positions"]
    broker.close()
    held = dict(zip(positions["symbol"], positions["quantity"], strict=True))

    def newest() -> Any:
        return json.loads((logs / "performance.jsonl").read_text().splitlines()[-1])["positions"]

    assert reading.state == "ok"
    wait_for(lambda: newest() == held)  # its past is written cycle by cycle


def test_services_are_ranked_and_their_differences_told(demo: dict[str, Any]) -> None:
    """Of three lists of positions one stands; the portfolio's, which lacks the newest, is told."""
    services = source(demo, "quantum_services")
    wait_for(lambda: len(services.read().frames["positions"]) >= 2)
    reading = services.read()
    positions = reading.frames["positions"]
    told = reading.frames["disagreements"]
    rows = reading.frame.set_index("name")["state"]
    services.close()

    assert reading.state == "ok"
    assert {name.rpartition(".")[2] for name in rows.index if "quantum_services." in name} == {
        *("portfolio", "pnl", "exposure", "execution_positions", "backend_positions"),
        *("signals", "orders", "strategies", "risk", "var", "ess", "ai_engine"),
    }
    assert positions["leverage_ratio"].tolist() == [1.0] * len(positions)
    counted = told[told["what"] == "positions"].iloc[0]
    assert (counted["source_a"], counted["source_b"]) == ("execution_positions", "portfolio")
    assert int(counted["value_a"]) == int(counted["value_b"]) + 1
    assert len(reading.frames["signals"]) <= len(positions) + 1
    assert len(reading.frames["equity"]) == 1


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_streams_tell_an_equity_and_its_placeholder(demo: dict[str, Any]) -> None:
    """A Redis server of its own: balances, and 10000.0 where the service knows nothing."""
    streams = source(demo, "quantum_streams")
    cursor, kinds = None, set[str]()

    def told() -> bool:
        nonlocal cursor
        reading = streams.read(cursor)
        cursor = reading.cursor
        kinds.update(reading.frame["kind"])
        return {"equity", "telemetry.sentinel"} <= kinds

    try:
        wait_for(told)
    finally:
        streams.close()


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_redis_ends_even_when_the_demo_is_killed(tmp_path: Path) -> None:
    """SIGKILL gives nobody time to clean up; the Redis server is gone all the same."""
    command = [sys.executable, "-m", "demo", "--dir", str(tmp_path), "--serve"]
    command += ["--system", "quantum_trader"]
    child = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        port = urlsplit(ready["sources"]["quantum_streams"]["url"]).port
        wait_for(lambda: listens(port))
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    wait_for(lambda: not listens(port))


def test_no_secret_stands_in_the_configuration(demo: dict[str, Any]) -> None:
    """Keys are told as variables of the environment, in comments alone."""
    text = (Path(demo["dir"]) / "deskwatch.toml").read_text()
    words = ("KEY", "TOKEN")
    told = [line for line in text.splitlines() if any(word in line.upper() for word in words)]

    assert len(told) == 3
    assert all(line.startswith("# made up") for line in told)
    variables = [f"{name}={value}" for name, value in demo["environment"].items()]
    assert [line.rpartition(" ")[2] for line in told] == variables
