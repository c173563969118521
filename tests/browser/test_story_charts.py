"""What a viewer did to a chart outlives the live updates."""

from __future__ import annotations

from typing import Any

import pytest
from aurora_log import AuroraLog, history
from real_desk import RealDesk
from steps import is_in_state, number

pytestmark = pytest.mark.browser

CHART = "#latency-order-ack-chart .js-plotly-plot"
SUM = (
    f"document.querySelector('{CHART}').calcdata[3].reduce((sum, point) => sum + (point.y || 0), 0)"
)


def ranges(page: Any) -> Any:
    return page.evaluate(
        f"(() => {{ const g = document.querySelector('{CHART}')._fullLayout;"
        " return [g.xaxis.range.slice(), g.yaxis.range.slice()]; })()"
    )


def test_zoom_and_hidden_lines_outlive_updates(desk: RealDesk, watched: Any) -> None:
    """A dragged zoom and a line that was switched off stay; the lines go on moving; reset works."""
    log = AuroraLog(desk.logs, f"charts_{desk.live}")
    log.write(*history(140, 1500.0, prefix="chart"))
    page = watched.page()
    # Orders of other stories stand in this desk's log too, and leave a window of five minutes while
    # this one is told: a count that waits for one more would fall. An hour outlasts the stories.
    page.goto(f"{desk.url}/latency?window=1h")
    is_in_state(page, desk.state)
    page.wait_for_function(f"() => document.querySelector('{CHART}')?.calcdata?.[3]?.length > 5")
    page.locator(CHART).scroll_into_view_if_needed()
    box = page.locator(f"{CHART} .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.8, steps=6)
    page.mouse.up()
    page.wait_for_function(
        f"() => document.querySelector('{CHART}')._fullLayout.xaxis.autorange === false"
    )
    # What a click on an entry of a legend does.
    page.evaluate(
        f"Plotly.restyle(document.querySelector('{CHART}'), {{visible: 'legendonly'}}, [4])"
    )
    zoomed, drawn = ranges(page), page.evaluate(SUM)
    for turn in range(3):
        seen = int(page.text_content('td[data-metric="latency_n"][data-stage="order_ack"]'))
        name = f"chart-{desk.live}-{turn}"
        log.submit(name)
        log.acknowledge(name)
        page.wait_for_function(
            "n => Number(document.querySelector("
            '\'td[data-metric="latency_n"][data-stage="order_ack"]\').textContent) > n',
            arg=seen,
        )
    page.wait_for_function(f"before => {SUM} !== before", arg=drawn)
    assert ranges(page) == zoomed
    assert page.evaluate(f"document.querySelector('{CHART}')._fullData[4].visible") == "legendonly"
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(
        f"() => document.querySelector('{CHART}')._fullLayout.xaxis.autorange === true"
    )
    assert ranges(page) != zoomed
    number(page, "window_events", desk.ask("/status", window="1h")["window_events"])
    assert watched.complaints == []
