"""The live channel when the server dies, freezes, or comes back as another program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer
from steps import is_in_state, shows

from web.application import create_app

pytestmark = pytest.mark.browser

WEB = Path(__file__).parent.parent / "web"
PAGES = WEB / "small_pages"


class Process:
    """The server as a process that can be killed, frozen and started again on its port."""

    def __init__(self) -> None:
        self.port = "0"
        self.child: Any = None
        self.start()

    def start(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, str(WEB / "serve_small.py"), self.port],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.child.stdout.readline().split()[-1].rstrip("/")
        self.port = self.url.rpartition(":")[2]

    def submit(self, name: str) -> None:
        self.child.stdin.write(f"{name}\n")
        self.child.stdin.flush()

    def end(self) -> None:
        self.child.send_signal(signal.SIGCONT)
        self.child.kill()
        self.child.communicate()


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()
    yield process
    process.end()


def test_a_page_goes_on_after_the_server_was_restarted(process: Process, watched: Any) -> None:
    """Killed and started again: lost, then live, the new state, and no reload."""
    page = watched.page()
    page.goto(f"{process.url}/?window=all")
    is_in_state(page, "live")
    process.submit("before")
    shows(page, "#newest-id", "before")
    page.evaluate("window.sameDocument = true")
    os.kill(process.child.pid, signal.SIGKILL)
    process.child.communicate()
    is_in_state(page, "lost")
    process.start()
    is_in_state(page, "live")
    shows(page, "#newest-id", "first")
    process.submit("after")
    shows(page, "#newest-id", "after")
    assert page.evaluate("window.sameDocument") is True
    assert page.locator('[data-notice="build"]').count() == 0, "it is the same program"


def test_a_frozen_server_cannot_look_alive(process: Process, watched: Any) -> None:
    """Stopped in its tracks: panels die and the connection is lost, all by the browser's clock."""
    page = watched.page()
    page.goto(f"{process.url}/?window=all")
    is_in_state(page, "live")
    process.submit("alive")
    shows(page, "#newest-id", "alive")
    process.child.send_signal(signal.SIGSTOP)
    page.wait_for_selector('#panel[data-state="dead"]', timeout=15_000)
    is_in_state(page, "lost", 25.0)
    process.child.send_signal(signal.SIGCONT)
    is_in_state(page, "live", 25.0)
    process.submit("again")
    shows(page, "#newest-id", "again")


def test_polling_goes_on_after_the_server_was_restarted(watched: Any) -> None:
    """The Interval too resumes by itself when a server answers again."""
    desk = MemoryDesk()
    desk.submit("before")
    page = watched.page()
    with RunningServer(create_app(desk, pages_folder=PAGES, live="interval")) as first:
        page.goto(f"{first.url}/?window=all")
        is_in_state(page, "polling")
        port = int(first.address.rpartition(":")[2])
    is_in_state(page, "lost")
    again = MemoryDesk()
    app = create_app(again, pages_folder=PAGES, live="interval")
    with RunningServer(app, port=port):
        is_in_state(page, "polling", 30.0)
        again.submit("after")
        shows(page, "#newest-id", "after")


def test_a_page_slower_than_the_interval_still_advances(watched: Any) -> None:
    """Plain Dash never shows the answer of a callback that outlasts its Interval; here it does."""
    desk = MemoryDesk()
    desk.submit("0")
    page = watched.page()
    with RunningServer(create_app(desk, pages_folder=PAGES, live="interval")) as running:
        page.goto(f"{running.url}/slow?window=all")
        shows(page, "#slow-count", "1")
        for number in range(2, 4):
            desk.submit(str(number))
            shows(page, "#slow-count", str(number), 10.0)


def test_a_newer_program_is_announced(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was loaded from an older build says so, once, with a way to load the new one."""
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES)) as old:
        page = watched.page()
        page.goto(f"{old.url}/")
        is_in_state(page, "live")
        port = int(old.address.rpartition(":")[2])
    monkeypatch.setattr("web.application.build_id", lambda: "another")
    with RunningServer(create_app(MemoryDesk(), pages_folder=PAGES), port=port):
        page.wait_for_selector('[data-notice="build"]', timeout=15_000)
        assert "updated" in page.inner_text('[data-notice="build"]')
        page.click('[data-notice="build"] button')
        is_in_state(page, "live")
        assert page.locator('[data-notice="build"]').count() == 0
