"""The server is killed and starts again: the page goes on by itself, and nothing was lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from aurora_log import AuroraLog
from peak_files import PeakFiles
from steps import is_in_state, is_same_document, number, plant, shows

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("live", ["push", "interval"])]


def test_a_page_goes_on_after_the_server_was_killed(own_desk: Any, watched: Any, live: str) -> None:
    """SIGKILL, lines meanwhile, a new process on the port: no reload, every order counted once."""
    desk = own_desk(live=live)
    log = AuroraLog(desk.logs)
    log.submit("before-1", "before-2")
    page = watched.page()
    page.goto(f"{desk.url}/")
    is_in_state(page, desk.state)
    number(page, "orders_submitted", 2)
    plant(page)
    port, pid = desk.port, desk.pid
    desk.kill()
    is_in_state(page, "lost")
    log.submit("meanwhile-1", "meanwhile-2", "meanwhile-3")
    desk.start()
    assert (desk.port, desk.pid != pid) == (port, True)
    is_in_state(page, desk.state, 30.0)
    number(page, "orders_submitted", 5)
    log.submit("after-1")
    number(page, "orders_submitted", 6)
    assert is_same_document(page)
    assert page.locator('[data-notice="build"]').count() == 0, "it is the same program"
    assert desk.ask("/status", window="all")["orders"]["submitted"] == 6


def test_a_run_goes_on_after_the_server_was_killed(
    tmp_path: Path, own_desk: Any, watched: Any, live: str
) -> None:
    """The new process knows nothing of the run when the tab comes back: the tab asks again."""
    files = PeakFiles(tmp_path / "peak")
    files.run("run-now", "now", 3)
    desk = own_desk(live=live, arguments=["--config", str(files.config)])
    page = watched.page()
    page.goto(f"{desk.url}/run/run-now")
    is_in_state(page, desk.state)
    shows(page, "#run-card-steps-value", "3")
    plant(page)
    desk.kill()
    is_in_state(page, "lost")
    away = files.root / "away"
    (files.root / "runs" / "now").rename(away)
    shutil.rmtree(desk.folder / "state")
    desk.start()
    page.wait_for_selector('#connection:not([data-connection="lost"])')
    away.rename(files.root / "runs" / "now")
    files.step("now", 3)
    shows(page, "#run-card-steps-value", "4", 30.0)
    is_in_state(page, desk.state, 30.0)
    files.step("now", 4)
    shows(page, "#run-card-steps-value", "5")
    assert is_same_document(page)
