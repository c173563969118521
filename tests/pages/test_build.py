"""The contract between a page's layout and its build."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from dash import dcc
from page_desk import PATHS, components

from web.filters import Filters
from web.first_paint import fill
from web.wire import to_json

ATTACHED = {"aurora", "registry", "runs"}
WITH_ELEMENTS = {"waterfall-rows"}
"""Ids whose children are elements: a few rows, drawn by the browser as they are."""


def test_the_pages_are_those_that_exist(pages):
    """No page is registered that this file does not look at."""
    assert sorted(pages) == sorted(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_says_its_question_its_pace_and_its_name(pages, path):
    """Every page answers one question and says how often."""
    module = pages[path]
    assert module.__doc__
    assert module.PACE_SECONDS >= 0
    assert module.QUESTION.endswith("?")


@pytest.mark.parametrize("path", PATHS)
def test_build_gives_the_same_ids_and_properties_each_time(pages, path, nothing, minute, filters):
    """With nothing, with a full window, at a moment, beyond all events: the same ids and names."""
    build = pages[path].build
    views = [
        nothing.view(),
        minute.view(),
        minute.view(window_seconds=None),
        minute.view(at=pd.Timestamp("2025-09-01T12:00:30Z")),
        minute.view(at=pd.Timestamp("2026-11-20T00:00:00Z")),
        minute.view(at=pd.Timestamp("2025-08-01T00:00:00Z")),
    ]
    shapes = [
        {identifier: sorted(props) for identifier, props in build(view, filters).items()}
        for view in views
    ]
    for shape in shapes[1:]:
        assert shape == shapes[0]


@pytest.mark.parametrize("path", PATHS)
def test_every_id_stands_in_the_layout_once_and_takes_its_properties(pages, path, minute, filters):
    """What build gives finds its component, and the component knows the property."""
    found = {}
    for component in components(pages[path].layout()):
        identifier = getattr(component, "id", None)
        if identifier is not None:
            assert identifier not in found, f"{identifier} twice"
            found[identifier] = component
    for identifier, props in pages[path].build(minute.view(), filters).items():
        allowed = found[identifier].available_properties
        for name in props:
            assert name in allowed or name.startswith(("data-", "aria-")), (identifier, name)


@pytest.mark.parametrize("path", PATHS)
def test_a_layout_takes_any_query(pages, path):
    """Dash hands the address's query to the layout; what a page does not know it leaves."""
    assert pages[path].layout(window="5m", order="x", tz="browser", anything="else")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("which", ["nothing", "minute"])
def test_all_values_are_json_without_nan(pages, path, which, request, filters):
    """Strict JSON: no NaN, no numpy, no component objects."""
    view = request.getfixturevalue(which).view()
    props = pages[path].build(view, filters)
    text = json.dumps(props, allow_nan=False)
    assert json.loads(text) == json.loads(to_json(props))


@pytest.mark.parametrize("path", PATHS)
def test_only_leaves_change(pages, path, minute, filters):
    """Live properties are text, numbers, flags, styles and figure patches, never whole trees."""
    for identifier, props in pages[path].build(minute.view(), filters).items():
        for name, value in props.items():
            if name == "figure":
                assert value["__dash_patch_update"] == "__dash_patch_update"
                ways = [step["location"] for step in value["operations"]]
                assert all(way[0] == "data" and len(way) == 3 for way in ways)
            elif name == "style":
                assert all(isinstance(part, str) for part in value.values())
            elif identifier not in WITH_ELEMENTS:
                assert isinstance(value, (str, bool)), (identifier, name, value)


@pytest.mark.parametrize("path", PATHS)
def test_patches_fit_the_traces_of_the_layout(pages, path, minute, filters):
    """Every patched trace exists before, because a patch cannot make one."""
    tree = pages[path].layout()
    fill(tree, pages[path].build(minute.view(), filters))
    graphs = [one for one in components(tree) if isinstance(one, dcc.Graph)]
    for graph in graphs:
        for trace in graph.figure["data"]:
            assert "dtype" in (trace.get("z") or trace["y"])


@pytest.mark.parametrize("path", PATHS)
def test_every_panel_is_dated(pages, path, minute, filters):
    """Each panel says source, age, threshold and, where it counts something, n.

    On the pages of sessions that is the registry, the runs, or whoever told the events.
    """
    tree = pages[path].layout()
    fill(tree, pages[path].build(minute.view(), filters))
    panels = [one for one in components(tree) if "data-panel" in one.to_plotly_json()["props"]]
    assert panels
    for panel in panels:
        props = panel.to_plotly_json()["props"]
        assert props["data-state"] in {"fresh", "late", "dead", "error"}
        names = {"aurora"} if "session" not in path and "run" not in path else ATTACHED
        assert names & set(props["data-source"].split(", ")), props["id"]
        assert int(props["data-as-of-ms"]) > 0
        assert float(props["data-stale-after-seconds"]) > 0


def test_a_dead_source_grays_its_own_panels_alone(pages, minute, filters):
    """The bot's health check is down: only the panels that it feeds are in error."""
    states = {
        identifier: props["data-state"]
        for identifier, props in pages["/"].build(minute.view(), filters).items()
        if "data-state" in props
    }
    assert {name for name, state in states.items() if state == "error"} == {"sources"}
    assert states["order-kpis"] == "fresh"


def test_looking_back_nothing_is_late(pages, minute):
    """At a chosen moment panels are fresh and say so, and ages stand."""
    at = pd.Timestamp("2025-09-01T12:00:30Z")
    given = pages["/orders"].build(minute.view(at=at), Filters(at=at))
    assert given["funnel"]["data-replay"] == "true"
    rows = json.loads(given["open-orders-rows"]["data-rows"])
    assert rows
    assert '"age"' not in given["open-orders-rows"]["data-rows"]
