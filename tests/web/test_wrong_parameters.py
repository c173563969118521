"""A wrong parameter of any address is refused in one sentence: which it is, and what is allowed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest
from running_server import RunningServer

RFC = "RFC 3339 with a zone, such as 2025-09-07T12:00:00Z"
WINDOWS = "1m 5m 15m 1h 6h all or a number of seconds"
TEXT = "printable text of at most 128 characters"
FRAME = ("account", "format", "limit", "session", "since", "source", "symbol", "until")
ONLY_FRAME = f"only {' '.join(FRAME)}"
RAW = {"generation": "x#1", "offset": "0"}


@pytest.fixture(scope="module")
def filled(served: RunningServer) -> RunningServer:
    served.app.desk.submit("o1", ts="2025-01-01T00:00:00", account_id="A1")
    return served


def refusal(served: RunningServer, path: str, query: dict[str, str]) -> dict[str, Any]:
    """The JSON of the refusal."""
    with served.client() as client:
        answer = client.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 422, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("path", ["/status", "/sse"])
@pytest.mark.parametrize(
    ("parameter", "value", "allowed"),
    [
        ("window", "7q", WINDOWS),
        ("window", "0", WINDOWS),
        ("at", "yesterday", RFC),
        ("source", "nobody", "aurora"),
        ("account", "nobody", "A1"),
        ("symbol", "x\0", TEXT),
        ("limit", "3", "only account at source symbol window"),
    ],
)
def test_of_the_numbers(
    filled: RunningServer, path: str, parameter: str, value: str, allowed: str
) -> None:
    """Asked once or as a stream: the same words."""
    assert refusal(filled, path, {parameter: value}) == {
        "error": f"{parameter} was {value!r}; allowed: {allowed}",
        "parameter": parameter,
        "value": value,
        "allowed": allowed,
    }


@pytest.mark.parametrize(
    ("path", "parameter", "value", "allowed"),
    [
        ("/api/frames/orders", "limit", "0", "a whole number from 1 to 1,000,000"),
        ("/api/frames/orders", "limit", "1000001", "a whole number from 1 to 1,000,000"),
        ("/api/frames/orders", "limit", "", "a whole number from 1 to 1,000,000"),
        ("/api/frames/orders", "limit", "2.5", "a whole number from 1 to 1,000,000"),
        ("/api/frames/orders", "format", "xlsx", "json csv parquet arrow"),
        ("/api/frames/orders", "since", "yesterday", RFC),
        ("/api/frames/orders", "until", "2025-01-01", RFC),
        ("/api/frames/events", "source", "nobody", "aurora"),
        ("/api/frames/events", "account", "nobody", "A1"),
        ("/api/frames/orders", "symbol", "x" * 129, TEXT),
        ("/api/frames/orders", "session", "\x1b[1m", TEXT),
        ("/api/frames/orders", "window", "5m", ONLY_FRAME),
        ("/api/frames", "limit", "5", "no parameter here"),
        ("/api/sources", "source", "aurora", "no parameter here"),
        ("/api/quarantine", "limit", "10001", "a whole number from 1 to 10,000"),
        ("/api/quarantine", "source", "nobody", "aurora"),
        ("/api/quarantine", "reason", "malformed", "only limit source"),
        ("/api/raw", "offset", "-1", "a whole number from 0 to 9,223,372,036,854,775,807"),
        ("/api/raw", "generation", "x" * 4_097, "text of at most 4,096 characters"),
        ("/api/raw", "source", "nobody", "aurora"),
        ("/api/raw", "line", "1", "only generation offset source"),
    ],
)
def test_of_the_data(
    filled: RunningServer, path: str, parameter: str, value: str, allowed: str
) -> None:
    """Frames, sources, quarantine and lines; a parameter that nobody reads is refused too."""
    others = RAW if path == "/api/raw" else {}
    shown = value[:128]
    assert refusal(filled, path, others | {parameter: value}) == {
        "error": f"{parameter} was {shown!r}; allowed: {allowed}",
        "parameter": parameter,
        "value": shown,
        "allowed": allowed,
    }


def test_what_is_missing_is_named(filled: RunningServer) -> None:
    """Both are told at once, each with what it may be."""
    told = refusal(filled, "/api/raw", {})
    assert told["error"].startswith("generation is missing; allowed: text of at most 4,096 ")
    assert ". offset is missing; allowed: a whole number from 0 to " in told["error"]
    assert [(each["parameter"], each["value"]) for each in told["parameters"]] == [
        ("generation", None),
        ("offset", None),
    ]


def test_all_that_is_wrong_is_told_at_once(filled: RunningServer) -> None:
    """Those that nobody knows first; then every value that cannot be."""
    wrong = {"limit": "0", "format": "xml", "since": "x", "until": "y", "symbol": "\0"}
    told = refusal(filled, "/api/frames/orders", wrong)
    assert {each["parameter"] for each in told["parameters"]} == set(wrong)
    assert all(f"{name} was " in told["error"] for name in wrong)
    told = refusal(filled, "/api/frames/orders", {"from": "x", "to": "y", "limit": "0"})
    assert [each["parameter"] for each in told["parameters"]] == ["from", "to"]


def test_a_time_does_not_end_before_it_begins(filled: RunningServer) -> None:
    """Else no row at all would look like a quiet bot; the same moment is a time."""
    times = {"since": "2025-01-02T00:00:00Z", "until": "2025-01-02T00:59:59+01:00"}
    told = refusal(filled, "/api/frames/events", times)
    assert told["parameter"] == "until"
    assert told["allowed"] == "a moment that is not before since, 2025-01-02T00:00:00Z"
    with filled.client() as client:
        query = urlencode(times | {"until": times["since"]})
        assert client.get(f"/api/frames/events?{query}").json() == {"rows": []}


def test_who_is_there_may_have_nothing(filled: RunningServer) -> None:
    """A known name without rows, and a symbol or session of which nobody has a list."""
    with filled.client() as client:
        for query in (
            "account=A1&until=2024-01-01T00:00:00Z", "symbol=NOSUCH", "session=nosuch",
            "source=aurora&symbol=NOSUCH",
        ):  # fmt: skip
            assert client.get(f"/api/frames/events?{query}").json() == {"rows": []}
        empty = "account=&source=&symbol=&session=&since=&until="
        assert len(client.get(f"/api/frames/events?{empty}").json()["rows"]) == 1


def test_a_frame_that_is_not_there_is_named(filled: RunningServer) -> None:
    """404 with its name, cut short, and those there are."""
    with filled.client() as client:
        answer = client.get(f"/api/frames/{'x' * 300}")
    assert answer.status_code == 404
    told = f"there is no frame '{'x' * 128}'; `frames` are those there are"
    assert answer.json() == {"error": told, "frames": ["events", "orders"]}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/health"])
def test_a_probe_may_add_what_it_likes(filled: RunningServer, path: str) -> None:
    """Supervisors and balancers add parameters of their own against caches."""
    with filled.client() as client:
        assert client.get(f"{path}?_=1700000000").status_code == 200


def test_an_account_that_is_only_listed_is_known(filled: RunningServer) -> None:
    """An accounts file lists it and no log names it yet: it is somebody, and has nothing."""
    desk = filled.app.desk
    listed = pd.DataFrame({"account_id": ["A1", "B2", None]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "frames", lambda: ["accounts", "events", "orders"])
        given = desk.frame
        patch.setattr(
            desk, "frame", lambda name, **m: listed if name == "accounts" else given(name, **m)
        )
        with filled.client() as client:
            assert client.get("/api/frames/events?account=B2").json() == {"rows": []}
            assert client.get("/status?account=B2").status_code == 200
        told = refusal(filled, "/status", {"account": "C3"})
    assert told["allowed"] == "A1, B2"
