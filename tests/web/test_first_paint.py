"""The first paint."""

from __future__ import annotations

import json

from dash import dcc, html
from running_server import RunningServer
from test_callback_guard import ROUTER, post

from web.first_paint import fill


def test_a_page_arrives_with_its_numbers(served: RunningServer) -> None:
    """The answer that brings the page already holds what the first frame would bring."""
    served.app.desk.submit("painted")
    text = json.dumps(post(served, json.dumps(ROUTER)).json())
    assert '"painted"' in text
    assert '"y": [1, 2, 3, 1]' in text, "a patch of a figure is applied to the figure"


def test_a_page_that_cannot_be_computed_is_still_laid_out(served: RunningServer) -> None:
    """The frame of the page is there; its values stay missing."""
    body = json.loads(json.dumps(ROUTER))
    body["inputs"][0]["value"] = "/failing"
    answer = post(served, json.dumps(body))
    assert answer.status_code == 200
    assert "failing-count" in answer.text
    assert "secret" not in answer.text


def test_props_reach_components_and_plain_dicts_by_id() -> None:
    """Layouts may hold both; what has no such id is left alone."""
    cell = {
        "type": "Td",
        "namespace": "dash_html_components",
        "props": {"id": "cell", "children": "—"},
    }
    figure = {"data": [{"x": [], "name": "p50"}], "layout": {"title": "t"}}
    tree = html.Div([html.B("—", id="b"), [cell], dcc.Graph(id="g", figure=figure), html.I("i")])
    change = {"operation": "Assign", "location": ["data", 0, "x"], "params": {"value": [5]}}
    fill(
        tree,
        {
            "b": {"children": "7", "data-state": "fresh"},
            "cell": {"children": "8"},
            "g": {"figure": {"__dash_patch_update": "__dash_patch_update", "operations": [change]}},
            "elsewhere": {"children": "9"},
        },
    )
    bold, (filled,), graph, plain = tree.children
    assert (bold.children, getattr(bold, "data-state")) == ("7", "fresh")
    assert filled["props"]["children"] == "8"
    assert graph.figure == {"data": [{"x": [5], "name": "p50"}], "layout": {"title": "t"}}
    assert figure["data"][0]["x"] == [], "the layout's own figure is not touched"
    assert plain.children == "i"


def test_the_index_holds_no_numbers(served: RunningServer) -> None:
    """Dash keeps a copy of every layout to check ids; it must not show old values as new."""
    served.app.desk.submit("not-in-the-index")
    with served.client() as client:
        assert "not-in-the-index" not in client.get("/").text
