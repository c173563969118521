"""Callback requests from hostile hands: 4xx, never a 500."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from running_server import RunningServer

ROUTER = {
    "output": ".._pages_content.children..._pages_store.data..",
    "outputs": [
        {"id": "_pages_content", "property": "children"},
        {"id": "_pages_store", "property": "data"},
    ],
    "inputs": [
        {"id": "_pages_location", "property": "pathname", "value": "/"},
        {"id": "_pages_location", "property": "search", "value": ""},
    ],
    "changedPropIds": ["_pages_location.pathname"],
}
POLL = {
    "output": "..live-beat.data...live-frame.data..",
    "outputs": [
        {"id": "live-beat", "property": "data"},
        {"id": "live-frame", "property": "data"},
    ],
    "inputs": [{"id": "live-interval", "property": "n_intervals", "value": 1}],
    "state": [
        {"id": "_pages_location", "property": "pathname", "value": "/"},
        {"id": "_pages_location", "property": "search", "value": "?window=all"},
        {"id": "live-seen", "property": "data"},
    ],
    "changedPropIds": ["live-interval.n_intervals"],
}


def post(served: RunningServer, body: bytes | str, kind: str = "application/json") -> Any:
    with served.client() as client:
        return client.post("/_dash-update-component", content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize("body", [ROUTER, POLL])
def test_what_the_browser_sends_is_answered(served: RunningServer, body: dict[str, Any]) -> None:
    """The two callbacks of every page work with exactly these bodies."""
    answer = post(served, json.dumps(body))
    assert answer.status_code == 200
    assert "response" in answer.json()


def test_the_interval_gets_the_very_frame_of_the_stream(served: RunningServer) -> None:
    """One rendering, one encoding, two ways to the browser; nothing new, nothing sent."""
    served.app.desk.submit("polled")
    answer = post(served, json.dumps(POLL)).json()["response"]
    frame = json.loads(answer["live-frame"]["data"])
    assert frame["key"] == "/?window=all"
    assert frame["props"]["newest-id"] == {"children": "polled"}
    again = copy.deepcopy(POLL)
    again["state"][2]["value"] = answer["live-beat"]["data"]["tag"]
    second = post(served, json.dumps(again)).json()["response"]
    assert "live-frame" not in second
    assert second["live-beat"]["data"]["t"] >= answer["live-beat"]["data"]["t"]


def test_polling_browsers_share_one_rendering(served: RunningServer) -> None:
    """Fifty polls of a version build it once."""
    served.app.desk.submit("shared")
    renders = served.app.renderer.counts.renders
    texts = {
        post(served, json.dumps(POLL)).json()["response"]["live-frame"]["data"] for _ in range(20)
    }
    assert len(texts) == 1
    assert served.app.renderer.counts.renders == renders + 1


def _changed(body: dict[str, Any], **changes: Any) -> str:
    return json.dumps({**copy.deepcopy(body), **changes})


def _with_values(body: dict[str, Any], part: str, value: Any) -> str:
    changed = copy.deepcopy(body)
    for item in changed[part]:
        item["value"] = value
    return json.dumps(changed)


MALFORMED = {
    "empty": "",
    "not json": "{",
    "list": "[]",
    "null": "null",
    "number": "1",
    "text": '"x"',
    "deep": "[" * 100_000,
    "deep object": '{"a":' * 50_000,
    "nan": '{"output": NaN}',
    "5000 digits": '{"output": ' + "9" * 5000 + "}",
    "not utf-8": b'{"output": "\xff"}',
    "no output": "{}",
    "unknown output": json.dumps({"output": "nobody.children"}),
    "output is a list": json.dumps({"output": ["a"]}),
    "output is null": json.dumps({"output": None}),
    "no inputs": _changed(ROUTER, inputs=[]),
    "inputs are null": _changed(ROUTER, inputs=None),
    "inputs are an object": _changed(ROUTER, inputs={"a": 1}),
    "inputs are numbers": _changed(ROUTER, inputs=[1, 2]),
    "inputs are lists": _changed(ROUTER, inputs=[[], []]),
    "inputs without id": _changed(ROUTER, inputs=[{"property": "pathname"}, {"property": "x"}]),
    "inputs of another": _changed(
        ROUTER,
        inputs=[
            {"id": "x", "property": "pathname", "value": "/"},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
    ),
    "too many inputs": _changed(ROUTER, inputs=ROUTER["inputs"] * 2),
    "pathname is a number": _with_values(ROUTER, "inputs", 7),
    "pathname is a list": _with_values(ROUTER, "inputs", ["/"]),
    "pathname is an object": _with_values(ROUTER, "inputs", {"a": {}}),
    "pathname is giant": _with_values(ROUTER, "inputs", "x" * 70_000),
    "changed is null": _changed(ROUTER, changedPropIds=None),
    "changed is a number": _changed(ROUTER, changedPropIds=5),
    "changed holds numbers": _changed(ROUTER, changedPropIds=[5]),
    "outputs are null": _changed(ROUTER, outputs=None),
    "outputs are text": _changed(ROUTER, outputs="x"),
    "outputs of another": _changed(ROUTER, outputs=[{"id": "a", "property": "b"}] * 2),
    "outputs are one": _changed(ROUTER, outputs=ROUTER["outputs"][0]),
    "state is missing": _changed(POLL, state=[]),
    "state is text": _changed(POLL, state="x"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_a_400(
    served: RunningServer, body: bytes | str, caplog: pytest.LogCaptureFixture
) -> None:
    """One clear refusal, one line in no log, nothing of the insides."""
    answer = post(served, body)
    assert answer.status_code == 400, answer.text
    assert "Traceback" not in answer.text
    assert "/work" not in answer.text
    assert len(caplog.records) <= 1


VALUES = [
    None,
    "",
    "no/such/page",
    "//",
    "/../..",
    "/order/..%2f",
    "\x00",
    "\u2028",
    "?a=b",
    "x" * 999,
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("body", [ROUTER, POLL], ids=["router", "poll"])
def test_any_text_as_an_address_is_answered(
    served: RunningServer, body: dict[str, Any], value: str | None
) -> None:
    """A page that does not exist says so in its place; nothing fails."""
    part = "inputs" if body is ROUTER else "state"
    assert post(served, _with_values(body, part, value)).status_code < 500


@pytest.mark.parametrize(
    "search", ["?window=7m", "?at=x", "?account=%00", "?window=&at=", "???&&=="]
)
def test_a_filter_that_is_not_allowed_is_explained_on_the_page(
    served: RunningServer, search: str
) -> None:
    """The page says what is allowed instead of showing other numbers than were asked for."""
    body = copy.deepcopy(ROUTER)
    body["inputs"][1]["value"] = search
    answer = post(served, json.dumps(body))
    assert answer.status_code == 200
    refused = "cannot be shown" in answer.text
    assert refused == search.startswith(("?window=7", "?at=x", "?account"))


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_kinds_of_bodies_are_refused(served: RunningServer, kind: str) -> None:
    """What a form on a foreign page could send is not read."""
    assert post(served, json.dumps(ROUTER), kind).status_code in (400, 415)
