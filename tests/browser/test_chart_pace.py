"""How often charts are drawn: what assets/chart_pace.js promises to live.js."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "assets/chart_pace.js"
SLOW = """async () => {
    const drawn = [];
    let state = 0, begun = performance.now();
    const pace = deskwatch.chartPace(() => {
        const from = performance.now();
        while (performance.now() - from < 40);
        drawn.push([state, performance.now() - from]);
    });
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    while (state < 60) { state += 1; pace.want(); await pause(20); }
    const seconds = performance.now() - begun;
    while (drawn.at(-1)[0] !== state) await pause(10);
    return [drawn, seconds];
}"""
HURRIED = """async () => {
    let draws = 0, begun = 0;
    const pace = deskwatch.chartPace(() => {
        begun = performance.now();
        while (performance.now() - begun < 400);
        draws += 1;
    });
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    pace.want();
    while (draws < 1) await pause(5);
    await pause(50);
    const asked = performance.now();
    pace.want();
    pace.hurry();
    while (draws < 2) await pause(5);
    return begun - asked;
}"""


@pytest.fixture
def page(watched: Any) -> Iterator[Any]:
    page = watched.page()
    page.add_script_tag(path=str(SCRIPT))
    yield page
    assert watched.complaints == []


def test_slow_charts_take_a_part_of_the_time_and_end_with_the_newest_state(page: Any) -> None:
    """Asked for at each of 60 frames, drawings of 40 ms take a third of the time, not all of it."""
    drawn, elapsed_ms = page.evaluate(SLOW)
    assert 2 <= len(drawn) < 30
    assert sum(spent for _, spent in drawn[:-1]) < elapsed_ms / 2
    assert [state for state, _ in drawn] == sorted({state for state, _ in drawn})
    assert drawn[-1][0] == 60


def test_a_page_just_opened_does_not_wait_for_the_rest_after_another(page: Any) -> None:
    """The rest after a drawing of 400 ms is 800; hurried, the next one begins long before."""
    assert page.evaluate(HURRIED) < 700
