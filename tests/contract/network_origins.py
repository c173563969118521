"""A real, small origin of each kind that asks a server: on loopback, ended by its test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_sources import AlpacaSource, HealthSource, RedisStreamsSource, SseSource
from demo.alpaca_server import KEY, SECRET, AlpacaServer
from tests.contract.origin import Origin, numbers
from tests.data_sources.alpaca.conftest import NOON
from tests.data_sources.fault_server import FaultServer, health
from tests.data_sources.network.conftest import running_redis
from tests.data_sources.network.metrics_page import counted, gate
from tests.data_sources.network.services import Clock, small, well
from tests.data_sources.rick.arena_server import arena


class Restarted:
    """A fault server that dies and comes back at the same port with the same answers."""

    def __init__(self) -> None:
        self.now = FaultServer()

    def vanish(self) -> None:
        """Nobody listens any more."""
        self.now.close()

    def come_back(self) -> None:
        """Listen again."""
        answers, self.now = self.now.answers, FaultServer(port=self.now.port)
        self.now.answers.update(answers)


@contextmanager
def health_endpoint(folder: Path) -> Iterator[Origin]:
    """A bot that is well."""
    server = Restarted()
    try:
        url = server.now.on("/health", health())
        yield Origin(
            lambda: HealthSource(url, timeout_seconds=2.0), 1, server.vanish, server.come_back
        )
    finally:
        server.now.close()


@contextmanager
def rest(folder: Path) -> Iterator[Origin]:
    """Three endpoints that agree."""
    server, clock = Restarted(), Clock()
    well(server.now)

    def pass_time() -> None:
        clock.now += 30

    try:
        yield Origin(
            lambda: small(folder, server.now, clock, stale_after_seconds=1e6),
            3,
            server.vanish,
            server.come_back,
            pass_time,
        )
    finally:
        server.now.close()


@contextmanager
def alpaca(folder: Path) -> Iterator[Origin]:
    """A broker of a paper account."""
    servers, now = [AlpacaServer(now=lambda: NOON)], [NOON.timestamp()]
    url, port = servers[0].url, int(servers[0].url.rpartition(":")[2])
    keys = {"api_key": KEY, "secret_key": SECRET, "data_url": url, "timeout_seconds": 2.0}

    def come_back() -> None:
        servers.append(AlpacaServer(port=port, now=lambda: NOON))

    def vanish() -> None:
        servers.pop().close()

    def pass_time() -> None:
        now[0] += 61

    try:
        yield Origin(
            lambda: AlpacaSource(url, **keys, now=lambda: now[0]), 1, vanish, come_back, pass_time
        )
    finally:
        for server in servers:
            server.close()


@contextmanager
def prometheus(folder: Path) -> Iterator[Origin]:
    """A gate that decides three times after the first look; a restart begins to count anew."""
    clock, untold = Clock(), [0, 1, 2]
    with gate() as risk:

        def tell(number: int) -> None:
            risk.decide("block", f"R{number}")

        def pass_time() -> None:
            clock.now += 20
            while untold:
                tell(untold.pop(0))

        def come_back() -> None:
            risk.start()
            risk.decide("allow")

        risk.decide("allow")
        yield Origin(
            lambda: counted(risk.url, clock),
            3,
            risk.stop,
            come_back,
            pass_time,
            tell=tell,
            told=numbers("reason", "R"),
        )


@contextmanager
def redis_streams(folder: Path) -> Iterator[Origin]:
    """One stream of a real Redis server; a restart leaves it empty."""
    with running_redis(folder) as server:

        def tell(number: int) -> None:
            server.add("bot", symbol=f"S{number}", event="tick")

        def come_back() -> None:
            server.start()
            server.add("bot", event="started")

        for number in range(3):
            tell(number)
        yield Origin(
            lambda: RedisStreamsSource(server.url, streams=["bot"]),
            3,
            server.stop,
            come_back,
            tell=tell,
            told=numbers("symbol", "S"),
        )


@contextmanager
def sse(folder: Path) -> Iterator[Origin]:
    """An Arena with three orders; a restart forgets them, which is a gap for ten minutes."""
    ahead = [0]

    def pass_time() -> None:
        ahead[0] += 60 * 10**9

    with arena() as street:
        for number in range(3):
            street.place(number)

        def tell(number: int) -> None:
            street.place(number)

        yield Origin(
            lambda: SseSource(
                street.url,
                dialect="rick",
                retry_seconds=0.5,
                clock=lambda: time.time_ns() + ahead[0],
            ),
            4,
            street.stop,
            street.start,
            pass_time,
            tell=tell,
            told=numbers("client_order_id", "paper-oanda-"),
        )
