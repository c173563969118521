"""A panel says where its numbers come from and how old they are."""

from __future__ import annotations

import pytest

from components.panel import panel, panel_props
from components.provenance import panel_state, provenance

NOW_MS = 1_700_000_000_000.0


def source(name: str = "aurora", age: float | None = 1.0, **more) -> dict:
    received = None if age is None else NOW_MS - 1000.0 * age
    row = {"name": name, "kind": "jsonl", "state": "ok", "stale_after_seconds": 10.0}
    return {**row, "received_ms": received, **more}


@pytest.mark.parametrize(
    ("age", "state"), [(0, "fresh"), (10, "fresh"), (10.1, "late"), (30, "late"), (30.1, "dead")]
)
def test_a_source_ages_by_its_own_threshold(age, state):
    """Fresh up to the threshold, late up to three of them, dead beyond."""
    assert panel_state(source(age=age), NOW_MS) == state


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("ok", "fresh"),
        ("waiting", "empty"),
        ("stale", "late"),
        *((word, "error") for word in ("degraded", "down", "auth", "rate_limited")),
        *((word, "error") for word in ("misconfigured", "bad_payload", "unreadable", "unknown")),
        ("a word from the future", "error"),
    ],
)
def test_the_word_of_a_source_is_mapped_as_agreed(said, state):
    """Ok → fresh, stale → by age, waiting → empty, all others → error."""
    assert panel_state(source(state=said, age=1), NOW_MS) == state


def test_a_panel_of_several_sources_is_as_bad_as_the_worst():
    """The age and the threshold shown are those of the source that decides the state."""
    rows = [source("a", 1), source("b", 40, stale_after_seconds=20.0)]
    found = provenance(rows, now_ms=NOW_MS)
    assert (found.state, found.source, found.stale_after_seconds) == ("late", "a, b", 20.0)
    assert found.as_of_ms == NOW_MS - 40_000


def test_a_source_that_does_not_feed_a_panel_cannot_gray_it():
    """Panels of orders do not age with a health check, nor with a source that is filtered out."""
    rows = [source("a", 1), source("bot", 999, is_state=True), source("c", 999)]
    assert provenance(rows, now_ms=NOW_MS, source="a").state == "fresh"
    assert provenance(rows[:2], now_ms=NOW_MS).state == "fresh"
    assert provenance(rows[:2], now_ms=NOW_MS, events_only=False).state == "dead"


def test_at_a_chosen_moment_nothing_grows_old():
    """Looking back, a panel is not late or dead, however long ago the moment was."""
    found = provenance([source(age=1e9)], now_ms=NOW_MS, replay=True)
    given = panel_props("p", found)["p"]
    assert (given["data-state"], given["data-replay"]) == ("fresh", "true")


def test_without_a_source_a_panel_is_empty():
    """A desk without sources shows empty panels, not fresh ones."""
    given = panel_props("p", provenance([], now_ms=NOW_MS))
    assert given["p"]["data-state"] == "empty"
    assert given["p"]["data-as-of-ms"] == ""


def test_a_panel_carries_what_the_browser_needs_to_age_it():
    """The attributes by which assets/staleness.js works are there from the first paint on."""
    props = panel("p", "Title", "body").to_plotly_json()["props"]
    for name in ("data-panel", "data-state", "data-as-of-ms", "data-stale-after-seconds"):
        assert name in props
    assert props["data-state"] == "empty"
    changed = panel_props("p", provenance([source()], now_ms=NOW_MS), "n = 3")
    assert set(changed["p"]) <= set(props)
    assert changed["p-n"] == {"children": "n = 3"}
