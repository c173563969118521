"""Debian's Chromium for the stories that need a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The first is the same engine without the windows around pages: a third less work."""
CHROMIUM = next((each for each in PROGRAMS if each.exists()), PROGRAMS[-1])
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "web")]

from real_desk import RealDesk, desk_with_a_past  # noqa: E402


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """One browser for the session; tests open contexts of their own in it."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is missing: sudo apt-get install chromium chromium-driver")
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
    yield browser
    browser.close()


POLICY = """addEventListener('securitypolicyviolation', violation => console.error(
    'policy violated:', violation.violatedDirective, violation.blockedURI));"""


class Watched:
    """A browser context that notes what must not happen."""

    def __init__(self, browser: Any, **options: Any) -> None:
        options = {"viewport": {"width": 1366, "height": 768}, **options}
        self.context = browser.new_context(**options)
        self.context.add_init_script(POLICY)
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def page(self) -> Any:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        return page

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


@pytest.fixture
def watched(chromium: Any) -> Iterator[Watched]:
    """A fresh context; closed after the test."""
    watched = Watched(chromium)
    yield watched
    watched.context.close()


@pytest.fixture
def another(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Makes further browsers with options of their own; closed after the test."""
    made: list[Watched] = []

    def make(**options: Any) -> Watched:
        made.append(Watched(chromium, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture(scope="session")
def push_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDesk]:
    """The program itself in push mode over a log with a past; stories only add to the log."""
    with desk_with_a_past(tmp_path_factory.mktemp("push"), live="push") as desk:
        yield desk


@pytest.fixture(scope="session")
def interval_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDesk]:
    """The same in Interval mode."""
    with desk_with_a_past(tmp_path_factory.mktemp("interval"), live="interval") as desk:
        yield desk


@pytest.fixture(params=["push", "interval"])
def desk(request: pytest.FixtureRequest) -> Any:
    """Both ways, one after the other."""
    return request.getfixturevalue(f"{request.param}_desk")


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Callable[..., RealDesk]]:
    """Makes and starts desks for one story alone, which may kill and freeze them."""
    made: list[RealDesk] = []

    def make(**options: Any) -> RealDesk:
        made.append(RealDesk(tmp_path / f"desk_{len(made)}", **options))
        return made[-1].start()

    yield make
    for one in made:
        one.stop()
