"""Clocks and charts, told twice: times in the viewer's zone, charts as tables of their numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from aurora_log import AuroraLog, history
from real_desk import RealDesk
from steps import is_in_state, visit

pytestmark = pytest.mark.browser

KOLKATA = "Asia/Kolkata"
"""Neither UTC nor the desk's own zone, at any time of the year."""
CHART = "#latency-order-ack .js-plotly-plot"


def test_times_follow_the_zone_switch_and_axes_stay_in_utc(desk: RealDesk, another: Any) -> None:
    """A browser in Kolkata shows UTC first, its own time on demand; no chart moves by it."""
    AuroraLog(desk.logs, f"zone_{desk.live}").write(*history(60, 1200.0, prefix="zone"))
    page = another(timezone_id=KOLKATA).page()
    page.goto(f"{desk.url}/orders?tz=browser&window=1h")
    is_in_state(page, desk.state)
    first = "#recent-orders-rows tr:first-child time"
    page.wait_for_selector(first)
    shown, ms = page.eval_on_selector(first, "e => [e.textContent, Number(e.dataset.utcMs)]")
    local = pd.Timestamp(ms, unit="ms", tz="UTC").tz_convert(KOLKATA)
    assert shown == local.strftime("%H:%M:%S.") + f"{ms % 1000:03d}"
    assert "Kolkata" in page.inner_text(".page-moment").replace("Calcutta", "Kolkata")
    page.keyboard.press("z")
    page.keyboard.press("z")
    page.wait_for_function("() => !location.search.includes('tz=')")
    page.wait_for_function(
        """first => { const e = document.querySelector(first);
            return e.textContent === new Date(Number(e.dataset.utcMs)).toISOString()
                .slice(11, 23); }""",
        arg=first,
    )
    visit(page, "/latency?window=1h&tz=browser")
    page.wait_for_function(f"() => document.querySelector('{CHART}')?.calcdata?.[3]?.length > 5")
    drawn = page.eval_on_selector(CHART, "g => g.layout.xaxis.range[1]")
    lag = pd.Timestamp.now("UTC") - pd.Timestamp(drawn, tz="UTC")
    assert abs(lag.total_seconds()) < 3600


def test_a_chart_is_a_table_too(desk: RealDesk, watched: Any) -> None:
    """The button under a chart shows what is drawn as rows, one a bin, in the chart's order."""
    AuroraLog(desk.logs, f"table_{desk.live}").write(*history(60, 1200.0, prefix="table"))
    page = watched.page()
    page.goto(f"{desk.url}/?window=1h")
    is_in_state(page, desk.state)
    plot = "#overview-order-ack-chart .js-plotly-plot"
    page.wait_for_function(f"() => document.querySelector('{plot}')?.calcdata?.[3]?.length > 5")
    page.click("#overview-order-ack [data-graph-tool=table]")
    rows = page.locator("#overview-order-ack .graph-table tbody tr")
    rows.first.wait_for()
    assert rows.count() > 5
    assert watched.complaints == []
