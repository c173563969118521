"""Bots are asked side by side: one that hangs or is gone delays no other (FAULTS P01, P02)."""

from __future__ import annotations

import random
import socket
import statistics
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_sources import AccountsSource
from data_sources.accounts import FROM_BOTS
from data_sources.health import HealthSource
from data_sources.polled.bots import BUSY_SECONDS, MOST_DOUBTED, Bots, Key
from tests.data_sources import fault_server as faults
from tests.desk.small_desk import wait_for

PACE = 0.01


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def silent(port: int) -> Iterator[socket.socket]:
    """Somebody who accepts at a port and says nothing."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.setblocking(False)
        yield listener


def accounts(folder: Path, ports: dict[str, int]) -> Path:
    lines = [f"  {name}: {{health_port: {port}}}" for name, port in ports.items()]
    (folder / "accounts.yaml").write_text("\n".join(["accounts:", *lines]))
    return folder


def test_those_that_hang_delay_no_other(server: Any, tmp_path: Path) -> None:
    """Ten bots accept and say nothing for half a minute; the healthy one is asked at its pace."""
    server.on("/health", faults.health())
    ports = {f"A{n}": free_port() for n in range(10)}
    source = AccountsSource(
        accounts(tmp_path, {**ports, "well": server.port}), every_seconds=PACE, timeout_seconds=30
    )
    assert set(source.read().frame["state"]) == {"down", "ok"}  # nobody is there yet
    hanging = [silent(port) for port in ports.values()]
    held = [each.__enter__() for each in hanging]
    questions: list[socket.socket] = []

    def asked() -> int:
        for listener in held:
            try:
                questions.append(listener.accept()[0])
            except BlockingIOError:
                continue
        return len(questions)

    def states() -> dict[str, str]:
        frame = source.read().frame
        return dict(zip(frame["name"], frame["state"], strict=True))

    try:
        wait_for(lambda: states()["well"] == "ok" and asked() >= MOST_DOUBTED)
        before = len(server.requests)
        wait_for(lambda: states()["well"] == "ok" and len(server.requests) >= before + 5)
        assert asked() == MOST_DOUBTED, "never two questions to one, and not all threads for them"
        assert states() == {**dict.fromkeys(ports, "down"), "well": "ok"}
        assert source.wait_seconds <= 0.25
    finally:
        source.close()
        for each in questions:
            each.close()
        for manager in hanging:
            manager.__exit__(None, None, None)


def test_a_bot_that_comes_back_is_seen(server: Any, tmp_path: Path) -> None:
    """A bot that was gone is asked again after its pause, and what it tells is told."""
    port = free_port()
    source = AccountsSource(
        accounts(tmp_path, {"PA1": port, "PA2": server.port}), every_seconds=PACE
    )
    assert source.read().frame["state"].tolist()[0] == "down"
    body = (
        b'{"status": "healthy", "uptime_seconds": 60, "models": [{"name": "M"}],'
        b' "regime": {"equity": "bull"}}'
    )
    with closing(faults.FaultServer(port=port)) as back:
        back.on("/health", faults.answer(body))
        wait_for(lambda: source.read().frame["state"].tolist()[0] == "ok")
        assert set(FROM_BOTS) <= set(source.read().frames)
    source.close()


def test_pauses_grow_with_jitter() -> None:
    """A port that is shut is asked rarer and rarer, never in step, at most three paces apart."""
    random.seed(3)
    clock = [0.0]
    key: Key = ("PA1", free_port())
    bot = HealthSource(f"http://127.0.0.1:{key[1]}/health", every_seconds=20.0)
    bots = Bots(5.0, lambda: clock[0])
    pauses = []
    try:
        for _ in range(60):
            wait_for(lambda: bots.heard({key: bot}, {}) and bots.wait_seconds(20.0) != BUSY_SECONDS)
            pauses.append(bots.wait_seconds(20.0))
            clock[0] += pauses[-1]
    finally:
        bots.close()
    assert max(pauses[:3]) <= 4.0
    late = pauses[8:]
    assert max(late) <= 60.0
    assert statistics.stdev(late) / statistics.mean(late) >= 0.3


def test_what_was_said_is_given_again_until_it_is_due(server: Any, tmp_path: Path) -> None:
    """Within its pace a bot is not asked twice; a removed account is forgotten, one added asked."""
    server.on("/health", faults.health())
    source = AccountsSource(accounts(tmp_path, {"PA1": server.port}), every_seconds=600.0)
    first, again = source.read(), source.read()
    assert len(server.requests) == 1
    assert again.frame["state"].tolist() == first.frame["state"].tolist() == ["ok"]
    assert 500 < source.wait_seconds <= 630
    accounts(tmp_path, {"PA2": server.port})
    assert source.read().frame["name"].tolist() == ["PA2"]
    assert len(server.requests) == 2
    source.close()


@pytest.mark.parametrize("count", [0, 1])
def test_without_bots_the_usual_pace(tmp_path: Path, count: int) -> None:
    """Where nobody is asked, the file is looked at in its pace."""
    source = AccountsSource(accounts(tmp_path, {"PA1": 1} if count else {}), probe=False)
    source.read()
    assert source.wait_seconds == source.every_seconds
