"""`/openapi.json` describes every address for a stranger: words, examples, errors."""

from __future__ import annotations

from typing import Any

import pytest
from running_server import RunningServer

SOME_SAMPLE = {"name": "events", "generation": "x#00000000", "offset": "0"}


@pytest.fixture(scope="module")
def described(served: RunningServer) -> dict[str, Any]:
    with served.client() as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, operation)
        for path, methods in described["paths"].items()
        for operation in methods.values()
    ]


def test_every_address_has_one_sentence_and_more(described: dict[str, Any]) -> None:
    """The summary is one sentence of words, not the name of a function; the rest says more."""
    found = operations(described)
    assert len(found) >= 10
    for path, operation in found:
        summary, description = operation["summary"], operation["description"]
        assert 4 <= len(summary.split()) <= 16, (path, summary)
        assert ". " not in summary, (path, summary)
        assert "\n" not in summary, (path, summary)
        assert description not in ("", summary), path
        assert not description.startswith(summary), path


def test_every_parameter_is_described_and_can_be_tried(described: dict[str, Any]) -> None:
    """What it is, and values to choose; what may be left out is left out at first."""
    parameters = [(p, each) for p, op in operations(described) for each in op.get("parameters", ())]
    assert len(parameters) > 20
    for path, each in parameters:
        assert len(each["description"].split()) > 2, (path, each["name"])
        values = [example["value"] for example in each["examples"].values()]
        assert any(values), (path, each["name"])
        has_default = each["name"] == "format"
        if not each.get("required") and not has_default:
            assert values[0] == "", (path, each["name"])


def test_every_answer_is_described(described: dict[str, Any]) -> None:
    """No answer is a bare "Successful Response"; each 200 says what comes in it."""
    for path, operation in operations(described):
        answers = operation["responses"]
        assert answers["200"]["content"], path
        for code, answer in answers.items():
            assert len(answer["description"]) > 5, (path, code)
            assert answer["description"] not in ("Successful Response", "Validation Error")
        if operation.get("parameters"):
            assert "422" in answers, path
            schema = answers["422"]["content"]["application/json"]["schema"]
            assert schema["$ref"].endswith("/FilterProblem")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/healthz", "", 200),
        ("/readyz", "", 200),
        ("/health", "", 200),
        ("/status", "?window=all", 200),
        ("/status", "?window=7q", 422),
        ("/status", "?nosuch=1", 422),
        ("/sse", "?at=yesterday", 422),
        ("/api/sources", "", 200),
        ("/api/frames", "", 200),
        ("/api/frames/{name}", "?format=csv", 200),
        ("/api/frames/{name}", "?format=parquet", 200),
        ("/api/frames/{name}", "?format=arrow&limit=1", 200),
        ("/api/frames/{name}", "?limit=0", 422),
        ("/api/frames/{name}", "?since=now", 422),
        ("/api/quarantine", "?limit=x", 422),
        ("/api/raw", "?generation=x%2300000000&offset=0", 404),
        ("/api/raw", "?offset=-1", 422),
    ],
)
def test_what_is_answered_is_described(
    served: RunningServer, described: dict[str, Any], path: str, query: str, status: int
) -> None:
    """The code and the media type of a real answer stand in the description of its address."""
    with served.client() as client:
        answer = client.get(path.format(**SOME_SAMPLE) + query)
    assert answer.status_code == status
    told = described["paths"][path]["get"]["responses"][str(status)]
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type in told["content"]
    if status != 200:
        name = told["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        known = described["components"]["schemas"][name]["properties"]
        assert "error" in answer.json()
        assert set(answer.json()) <= set(known)


def test_what_is_no_frame_is_described(served: RunningServer, described: dict[str, Any]) -> None:
    """A 404 of a frame is told, with the names that there are."""
    with served.client() as client:
        answer = client.get("/api/frames/nosuch")
    assert answer.status_code == 404
    assert "404" in described["paths"]["/api/frames/{name}"]["get"]["responses"]
    assert answer.json()["frames"] == sorted(served.app.desk.frames())


def test_an_example_can_be_sent(served: RunningServer, described: dict[str, Any]) -> None:
    """Every example of a moment, a window, a format or a count is one that is accepted."""
    tried = 0
    with served.client() as client:
        for path in ("/status", "/api/frames/{name}", "/api/quarantine"):
            for each in described["paths"][path]["get"]["parameters"]:
                if each["name"] in ("name", "source", "account", "symbol"):
                    continue
                for example in each["examples"].values():
                    values = {each["name"]: example["value"]} if example["value"] else {}
                    answer = client.get(path.format(**SOME_SAMPLE), params=values)
                    assert answer.status_code == 200, (path, values)
                    tried += 1
    assert tried > 10
