"""`/status` and `/sse`: the same document, asked for and streamed."""

from __future__ import annotations

import json

import pytest
from running_server import RunningServer
from stream_reader import StreamReader


def test_the_stream_repeats_the_status_document(served: RunningServer) -> None:
    """Unnamed events whose data is `/status`, with the version as id; full state on connect."""
    served.app.desk.submit("one", "two")
    with served.client() as client:
        status = client.get("/status?window=all").json()
    with StreamReader(served.address, "/sse?window=all") as reader:
        first = reader.events(1)[0]
        served.app.desk.submit("three")
        second = reader.events(2)[1]
    assert set(first) == {"id", "data"}
    assert json.loads(first["data"]) == status
    submitted = json.loads(second["data"])["orders"]["submitted"]
    assert submitted == status["orders"]["submitted"] + 1
    assert int(second["id"]) > int(first["id"])


def test_a_number_of_seconds_is_a_window_here(served: RunningServer) -> None:
    """The API takes any length, pages take named ones."""
    with served.client() as client:
        assert client.get("/status?window=90").json()["window_seconds"] == 90.0
        assert client.get("/status?window=all").json()["window_seconds"] is None
        assert client.get("/status").json()["window_seconds"] == 300.0


@pytest.mark.parametrize("path", ["/status", "/sse"])
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("window=7m", "window"),
        ("window=-1", "window"),
        ("at=2025-99-99T00:00:00Z", "at"),
        ("account=%00", "account"),
        ("windows=all", "windows"),
        ("source=nobody", "source"),
        ("account=nobody", "account"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    served: RunningServer, path: str, query: str, parameter: str
) -> None:
    """422 in JSON: which parameter, its value, what is allowed."""
    with served.client() as client:
        answer = client.get(f"{path}?{query}")
    assert answer.status_code == 422
    assert answer.json()["parameter"] == parameter
    assert answer.json()["allowed"]


def test_a_moment_of_the_past_is_told_as_it_was(served: RunningServer) -> None:
    """`at` goes back before an order that came later."""
    desk = served.app.desk
    desk.submit("past-1", ts="2025-01-01T00:00:00", account_id="PAST")
    desk.submit("past-2", ts="2025-01-01T00:01:00", account_id="PAST")
    with served.client() as client:
        params = {"at": "2025-01-01T00:00:30Z", "account": "PAST"}
        then = client.get("/status", params=params).json()
    assert then["orders"]["submitted"] == 1
    assert then["as_of"] == "2025-01-01T00:00:30Z"


def test_the_document_is_built_once_a_version(served: RunningServer) -> None:
    """A hundred programs that poll share one building."""
    served.app.desk.submit("poll")
    with served.client() as client:
        client.get("/status?window=6h")
        renders = served.app.renderer.counts.renders
        answers = {client.get("/status?window=6h").text for _ in range(20)}
    assert len(answers) == 1
    assert served.app.renderer.counts.renders == renders
