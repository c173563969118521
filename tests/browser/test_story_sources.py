"""A source dies: exactly its panels say so, by the browser's clock, and recover by themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aurora_log import AuroraLog, event
from health_bot import HealthBot
from real_desk import RealDesk
from steps import (
    is_in_state,
    is_same_document,
    number,
    panel_states,
    panels_in,
    plant,
    record_panels,
)

pytestmark = pytest.mark.browser

STALE_SECONDS = 2.0


@pytest.fixture(scope="module")
def bot() -> Iterator[HealthBot]:
    bot = HealthBot()
    yield bot
    bot.die()


@pytest.fixture(scope="module", params=["push", "interval"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bot: HealthBot
) -> Iterator[RealDesk]:
    """A desk that watches a log and a health endpoint; the log is stale after two seconds."""
    folder = tmp_path_factory.mktemp(request.param)
    desk = RealDesk(folder, live=request.param, bot_url=bot.url, stale_after_seconds=STALE_SECONDS)
    try:
        yield desk.start()
    finally:
        desk.stop()


@contextmanager
def heartbeats(log: AuroraLog) -> Iterator[None]:
    """Let the bot write a line every quarter of a second, so that its log stays fresh."""
    ending = threading.Event()

    def write() -> None:
        while not ending.wait(0.25):
            log.write(event("HEALTH.OK", None))

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield
    ending.set()
    thread.join()


def submitted(desk: RealDesk) -> int:
    return int(desk.ask("/status")["orders"]["submitted"] or 0)


def test_the_panels_of_a_dead_service_say_so_and_no_others(
    desk: RealDesk, watched: Any, bot: HealthBot
) -> None:
    """The health server dies: its panels turn to error, those of the log stay fresh; both back."""
    log = AuroraLog(desk.logs)
    page = watched.page()
    with heartbeats(log):
        page.goto(f"{desk.url}/")
        is_in_state(page, desk.state)
        panels_in(page, "fresh")
        record_panels(page)
        bot.die()
        panels_in(page, "error", only="bot")
        down = page.locator('#sources-rows td[data-metric="sources_state"][data-source="bot"]')
        assert "down" in down.inner_text()
        bot.start()
        panels_in(page, "fresh")
        watching = set(
            page.evaluate(
                "() => Array.from(document.querySelectorAll('[data-panel]'))"
                ".filter(e => e.dataset.source.includes('bot')).map(e => e.id)"
            )
        )
    assert watching == {"sources"}
    states = panel_states(page)
    assert {panel for panel in states if "error" in states[panel]} == watching


def test_the_panels_of_a_silent_log_grow_late_then_dead(
    desk: RealDesk, watched: Any, bot: HealthBot
) -> None:
    """The log falls silent: fresh, late, dead within its threshold; a new line revives them."""
    log = AuroraLog(desk.logs)
    page, bots = watched.page(), watched.page()
    bots.goto(f"{desk.url}/?source=bot")
    is_in_state(bots, desk.state)
    panels_in(bots, "fresh", only="bot")
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    record_panels(bots)
    with heartbeats(log):
        panels_in(page, "fresh")
        record_panels(page)
    panels_in(page, "dead")
    for panel, states in panel_states(page).items():
        assert states[-3:] == ["fresh", "late", "dead"], (panel, states)
    assert "fresh" in bots.get_attribute("#sources", "data-state")
    before = submitted(desk)
    log.submit("alive-again")
    with heartbeats(log):  # what one line revives is over before a busy browser looks again
        panels_in(page, "fresh")
    number(page, "orders_submitted", before + 1)
    assert panel_states(bots)["sources"] == ["fresh"], "another source's silence reached it"


def test_a_frozen_server_cannot_look_alive(desk: RealDesk, watched: Any) -> None:
    """SIGSTOP: every panel dies and the header says lost; SIGCONT: fresh again, same document."""
    log = AuroraLog(desk.logs)
    page = watched.page()
    with heartbeats(log):
        page.goto(f"{desk.url}/")
        is_in_state(page, desk.state)
        panels_in(page, "fresh")
        plant(page)
        record_panels(page)
        before = submitted(desk)
        desk.freeze()
        panels_in(page, "dead")
        for panel, states in panel_states(page).items():
            assert states[-3:] == ["fresh", "late", "dead"], (panel, states)
        assert page.inner_text("#order-kpis [data-age]").endswith(" s")
        is_in_state(page, "lost")
        log.submit("while-frozen")
        desk.thaw()
        is_in_state(page, desk.state, 30.0)
        panels_in(page, "fresh", seconds=30.0)
        number(page, "orders_submitted", before + 1)
    assert is_same_document(page)
