"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.outbound.watched import (  # noqa: F401 - for every test
    children_recorded,
    nothing_leaves_this_machine,
)

BROWSER_PROGRAMS = ("chromium", "chromedriver")
PATIENT_ROOMS = ("browser", "web", "demo", "deploy")
"""Their tests wait for programs: begun last, one of them would keep all other workers idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that wait; skip those of a browser where there is none, and say why."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in PATIENT_ROOMS)
    missing = [name for name in BROWSER_PROGRAMS if shutil.which(name) is None]
    if not missing:
        return
    reason = (
        f"{' and '.join(missing)} not found. Run: sudo apt-get install chromium chromium-driver"
    )
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real files of the five systems; tests on it skip where it is not given."""
    folder = os.environ.get("DESKWATCH_REALDATA")
    if not folder:
        pytest.skip("DESKWATCH_REALDATA is not set: no real files to test against")
    path = Path(folder).resolve()
    assert path.is_dir(), f"DESKWATCH_REALDATA names {path}, which is not a folder"
    return path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """The one Playwright of the process: a second one beside it is refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


# How long an example takes is the machine's matter, not the code's: no deadline. The gate tells of
# a commit, not of the day: it tries the same examples each time. `make soak` looks for new ones.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.register_profile("search", deadline=None, derandomize=False, max_examples=500)
hypothesis.settings.load_profile("gate")
