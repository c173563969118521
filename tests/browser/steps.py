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


def is_in_state(page: Any, state: str, seconds: float = 40.0) -> None:
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


def number(page: Any, metric: str, value: int, seconds: float = 15.0) -> None:
    """Wait until the page's number of that name is this one."""
    page.wait_for_function(
        """([name, text]) => Array.from(document.querySelectorAll(`[data-metric="${name}"]`))
            .some(e => e.tagName !== 'TD' && e.textContent.replace(/\\u2009/g, '') === text)""",
        arg=[metric, str(value)],
        timeout=seconds * 1000,
    )


def panels_in(page: Any, *states: str, only: str = "", seconds: float = 40.0) -> None:
    """Wait until every panel (or those of which the source's name is part) is in such a state."""
    page.wait_for_function(
        """([states, only]) => {
            const panels = Array.from(document.querySelectorAll('[data-panel]'))
                .filter(e => !only || e.dataset.source.split(', ').includes(only));
            return panels.length && panels.every(e => states.includes(e.dataset.state));
        }""",
        arg=[list(states), only],
        timeout=seconds * 1000,
    )


def record_panels(page: Any) -> None:
    """Note every state that each panel takes from now on, for `panel_states`."""
    page.evaluate(
        """() => {
            const seen = window.panelStates = {};
            const note = panel => {
                const states = seen[panel.id] = seen[panel.id] || [];
                if (states.at(-1) !== panel.dataset.state) states.push(panel.dataset.state);
            };
            const panels = Array.from(document.querySelectorAll('[data-panel]'));
            panels.forEach(note);
            const observer = new MutationObserver(found => found.forEach(one => note(one.target)));
            panels.forEach(panel => observer.observe(panel, { attributeFilter: ['data-state'] }));
        }"""
    )


def panel_states(page: Any) -> dict[str, list[str]]:
    """Give the states of each panel since `record_panels`, by its id."""
    found: dict[str, list[str]] = page.evaluate("window.panelStates")
    return found


def plant(page: Any) -> None:
    """Leave a mark in the document that a reload would lose."""
    page.evaluate("window.planted = document.querySelector('#shell')")


def is_same_document(page: Any) -> bool:
    """Tell whether the mark is still there, and the frame around the pages is the very same."""
    return bool(page.evaluate("window.planted === document.querySelector('#shell')"))
