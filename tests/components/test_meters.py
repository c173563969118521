"""Gauges, cards, funnel and waterfall: shapes that say the same as their numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from components.funnel import Stage, StageValue, funnel_props
from components.gauge import gauge, gauge_props
from components.kpi_card import kpi_card, kpi_props
from components.waterfall import Step, waterfall_rows

NOON = pd.Timestamp("2025-09-01T12:00:00Z")


def at(milliseconds: float) -> pd.Timestamp:
    return NOON + pd.Timedelta(milliseconds=milliseconds)


def test_a_gauge_is_a_meter_for_those_who_do_not_see_it():
    """Role, bounds, value and words are all there."""
    track = gauge("g", "Deny rate", "deny_ratio").to_plotly_json()["props"]["children"][2]
    props = track.to_plotly_json()["props"]
    assert props["role"] == "meter"
    assert props["aria-label"] == "Deny rate"
    moved = gauge_props("g", 0.25, "25.0 %", "n = 4")
    assert moved["g-meter"]["aria-valuenow"] == "0.25"
    assert moved["g-meter"]["aria-valuetext"] == "25.0 %. n = 4"
    assert moved["g-fill"]["style"]["width"] == "25.0%"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_gauge_without_a_value_is_unknown_not_zero(value):
    """Missing is missing: no fill, and the word unknown."""
    moved = gauge_props("g", value, "—", tone="good")
    assert moved["g"]["data-tone"] == "unknown"
    assert moved["g-fill"]["style"]["visibility"] == "hidden"
    assert moved["g-meter"]["aria-valuetext"] == "unknown"


@pytest.mark.parametrize(("value", "width"), [(-1.0, "0.0%"), (3.0, "100.0%")])
def test_a_gauge_stays_within_its_track(value, width):
    """A value beyond the ends stands at the end; the text says how much it is."""
    assert gauge_props("g", value, "x")["g-fill"]["style"]["width"] == width


def test_a_card_holds_every_part_that_is_moved():
    """Every id that changes exists in the card."""
    text = str(kpi_card("k", "Submitted", "orders_submitted"))
    for identifier in kpi_props("k", "12", "of 13", tone="warn", series=[1, 2]):
        assert f"id='{identifier}'" in text
    assert "'data-metric': 'orders_submitted'" in text or "data-metric" in text


def test_funnel_bars_are_as_long_as_their_counts():
    """The greatest count fills its track; a missing one is no bar and no zero."""
    stages = [Stage("a", "A", "orders_a"), Stage("b", "B", "orders_b"), Stage("c", "C", "orders_c")]
    values = [StageValue(200), StageValue(50, 0.25, 0.19, 0.32), StageValue(None)]
    props = funnel_props("f", stages, values)
    assert [props[f"f-{key}-fill"]["style"]["width"] for key in "abc"] == [
        "100.0%",
        "25.0%",
        "0.0%",
    ]
    assert props["f-b-interval"]["children"] == "19.0–32.0 %"
    assert props["f-c-count"]["children"] == "—"


def bar_seconds(row: dict, whole: float) -> float:
    style = row["props"]["children"][1]["props"]["children"][0]["props"]["style"]
    return 0.0 if style.get("visibility") else float(style["width"].rstrip("%")) / 100.0 * whole


@pytest.mark.parametrize(
    "steps",
    [
        [Step("a", at(0), at(3)), Step("b", at(3), at(10)), Step("c", at(10), at(250))],
        [Step("a", at(0), None), Step("b", at(0), at(40)), Step("c", at(40), at(41))],
        [Step("a", at(5), at(5)), Step("b", at(5), pd.NaT), Step("c", at(5), at(905))],
    ],
)
def test_the_stages_of_a_life_sum_to_the_whole(steps):
    """However many stages are missing, the bars that are there cover the life once."""
    rows = waterfall_rows(steps)
    known = [moment for step in steps for moment in step[1:] if moment is not None]
    known = [moment for moment in known if moment == moment]
    whole = (max(known) - min(known)).total_seconds()
    assert sum(bar_seconds(row, whole) for row in rows[:-1]) == pytest.approx(whole, rel=1e-3)
    assert bar_seconds(rows[-1], whole) == pytest.approx(whole)


def test_a_life_of_which_nothing_is_known_has_no_rows():
    """No moment, no waterfall."""
    assert waterfall_rows([Step("a", None, pd.NaT)]) == []
