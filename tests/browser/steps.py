"""What stories in a browser do and wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Wait until something outside the browser is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def shows(page: Any, selector: str, text: str, seconds: float = 15.0) -> None:
    """Wait until an element shows exactly a text."""
    page.wait_for_function(
        "([s, t]) => { const e = document.querySelector(s); return e && e.textContent === t; }",
        arg=[selector, text],
        timeout=seconds * 1000,
    )


def is_in_state(page: Any, state: str, seconds: float = 20.0) -> None:
    """Wait until the header tells this state of the connection."""
    page.wait_for_selector(f'#connection[data-connection="{state}"]', timeout=seconds * 1000)


def visit(page: Any, address: str) -> None:
    """Go to a page the way the navigation does, without loading the document again."""
    page.evaluate(
        "a => { history.pushState({}, '', a); dispatchEvent(new PopStateEvent('popstate')); }",
        address,
    )


def hide(page: Any, hidden: bool) -> None:
    """Tell a page that it is hidden or shown; a headless browser never hides one itself."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )
