"""The demo is well, so that a newcomer sees a healthy desk; who wants it sick says so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from demo.quantum_trader.market import Book
from demo.quantum_trader.services import LOST_SECONDS, Services
from tests.demo.served import ROOT, served, source, wait_for

READY = re.compile(r"Deskwatch is ready at (http://127\.0\.0\.1:\d+)/")


@pytest.fixture
def desk_url(tmp_path: Path) -> Iterator[str]:
    """The desk that `make run` starts, on a port of its own."""
    command = [sys.executable, "app.py", "--demo", "--port", "0"]
    command += ["--state-dir", str(tmp_path / "state")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DESKWATCH_")}
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        ready = READY.search(child.stdout.readline())
        assert ready is not None
        yield ready[1]
    finally:
        child.terminate()
        child.wait(timeout=30)
        child.stdout.close()


@pytest.mark.timeout(240)
def test_a_newcomer_sees_a_healthy_desk(desk_url: str) -> None:
    """Every source of the demo gets well, or waits for what has not come yet; none is sick.

    Stale is what a slow machine makes of a source that is well.
    """
    states: dict[str, str] = {}
    were_ok: set[str] = set()

    def all_well() -> bool:
        rows = httpx.get(f"{desk_url}/api/sources", timeout=30).json()
        states.update({row["name"]: row["state"] for row in rows})
        were_ok.update(name for name, state in states.items() if state == "ok")
        slow = {name for name, state in states.items() if state in ("waiting", "stale")}
        return were_ok | slow == set(states) and len(were_ok) > 15

    try:
        wait_for(lambda: all_well() and {"rick_orders", "quantum_services"} <= were_ok, 200)
    finally:
        print(states)


def test_the_desk_of_the_demo_sends_the_token(desk_url: str) -> None:
    """The lists ask for a token, and the desk shows their orders; no answer tells the token."""
    orders: list[dict[str, Any]] = []

    def listed() -> bool:
        answer = httpx.get(f"{desk_url}/api/frames/orders?source=rick_orders", timeout=30)
        orders[:] = answer.json()["rows"]
        return bool(orders)

    wait_for(listed, 90)
    told = httpx.get(f"{desk_url}/api/sources", timeout=30).text
    assert "Bearer" not in told and "eyJ" not in told + json.dumps(orders)


@pytest.fixture(scope="module")
def sick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a demo that is sick on request."""
    systems = ("--system", "rick", "stock_trader")
    with served(tmp_path_factory.mktemp("sick"), "--sick", *systems) as ready:
        yield ready


def test_ricks_account_is_a_placeholder_on_request(sick: dict[str, Any]) -> None:
    """Asked for its account too, RICK is degraded for good, and says why."""
    lists = source(sick, "rick_orders")
    try:
        wait_for(lambda: lists.read().state == "degraded")
        assert "its answer is a placeholder" in lists.read().problem
        assert lists.read().frames["equity"].empty
    finally:
        lists.close()


def test_a_bot_with_errors_answers_503_with_its_body(sick: dict[str, Any]) -> None:
    """Of two accounts one is degraded, and both tell their models."""
    accounts = source(sick, "stock_accounts")
    wait_for(lambda: len(accounts.read().frame) == 2)
    reading = accounts.read()
    states = dict(zip(reading.frame["name"], reading.frame["state"], strict=True))
    models = reading.frames["models"]
    accounts.close()

    assert sorted(states.values()) == ["degraded", "ok"]
    assert len(models) == 4
    assert abs(models.groupby("account_id")["budget_ratio"].sum() - 1).max() < 0.02


@pytest.mark.parametrize("is_sick", [False, True])
def test_the_portfolio_loses_its_account_only_on_request(is_sick: bool) -> None:
    """For ten seconds of every five minutes it says 10000.0, if it is to be sick at all."""
    now = 0.0
    services = Services(7, Book(Random("7")), lambda: (200, {}), sick=is_sick, clock=lambda: now)
    portfolio = services.of()["portfolio"]
    lost = 0
    for now in range(0, 600, 5):  # noqa: B007 - the clock reads it
        lost += portfolio("/api/portfolio/snapshot")[1]["total_equity"] == 10_000.0
    assert lost == (2 * (LOST_SECONDS[1] - LOST_SECONDS[0]) / 5 if is_sick else 0)
