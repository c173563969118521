"""What the description of the API says of parameters and answers, once for all addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel, Field

ABOUT: Final = """\
The numbers of the desk for programs: the same as on its pages, computed once and served to all.

Times are RFC 3339 in UTC; what is missing is `null`, never 0; ratios are 0–1; units stand in names.

Every refusal is `{"error": "what is wrong"}`, perhaps with more keys. Any address may also answer
400 (this host name is not served), 405 (only GET and HEAD are answered here), 431 (too many
headers) and 500 (this could not be computed; the log has more under the id that is told)."""


class Problem(BaseModel):
    """Why there is no answer."""

    error: str = Field(description="what is wrong, in one sentence")


class FilterProblem(Problem):
    """A parameter that cannot be used."""

    parameter: str | None = Field(None, description="its name")
    value: str | None = Field(
        None, description="what was received; null where the parameter is missing"
    )
    allowed: str | None = Field(None, description="what is allowed")
    parameters: list[dict[str, str | None]] | None = Field(
        None, description="where several are wrong: each with its parameter, problem and value"
    )


REFUSALS: Final[dict[int, str]] = {
    404: "There is no such thing.",
    422: "A parameter cannot be used; says which, what was received and what is allowed.",
    500: "This could not be computed; the log has more under the id that is told.",
    503: "Too busy; `Retry-After` says when to come back.",
}


PARAMETERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "window": (
        "what is counted: `1m` `5m` `15m` `1h` `6h` `all` or seconds; else as the desk is set",
        ("", "5m", "3600", "all"),
    ),
    "at": (
        "the end of the window: RFC 3339 with a zone, or `last`, the newest event; else now",
        ("", "last", "2025-09-07T12:00:00Z"),
    ),
    "since": ("rows from this moment on: RFC 3339 with a zone", ("", "2025-09-07T12:00:00Z")),
    "until": (
        "rows up to this moment, or what was held then: RFC 3339 with a zone",
        ("", "2025-09-07T13:00:00+02:00"),
    ),
    "source": ("the name of one source of the desk; all when left out", ("", "aurora")),
    "account": ("the id of one account; all when left out", ("", "A1")),
    "symbol": ("one symbol; all when left out", ("", "BTCUSDT")),
    "session": (
        "the id of one session or run, chosen before `limit` counts; rows that name none are none",
        ("", "session_bbb"),
    ),
    "name": ("the name of a frame, one of those that `/api/frames` lists", ("orders", "events")),
    "format": ("of the answer; CSV, parquet and arrow come as a file", ("json", "parquet")),
    "limit": ("the most rows, the newest ones", ("", "100")),
    "generation": (
        "the life of the file that the line is from: `raw_generation` of an event",
        ("run_1/aurora_events.jsonl#0d59aa7c",),
    ),
    "offset": ("where the line begins, in bytes: `raw_offset` of the same event", ("0",)),
}
"""Parameter → what it is, and values to try; an empty one is a parameter that is left out."""


def told(name: str) -> dict[str, Any]:
    """Description and examples of a parameter, for `Query(…)` and `Path(…)`."""
    description, values = PARAMETERS[name]
    examples = {value or "left out": {"value": value} for value in values}
    return {"description": description, "openapi_examples": examples}


def in_query(*names: str) -> dict[str, Any]:
    """Parameters of an address that reads its query itself, for `openapi_extra`."""
    found = []
    for name in names:
        words = told(name)
        found.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": words["description"],
                "examples": words["openapi_examples"],
            }
        )
    return {"parameters": found}


def answers(
    ok: str, *codes: int, example: Any = None, content: Iterable[str] = ("application/json",)
) -> dict[int | str, dict[str, Any]]:
    """The answers of an address.

    Args:
        ok: what 200 means.
        codes: of the refusals that it may answer with.
        example: of the JSON of 200.
        content: the media types of 200.
    """
    kinds: dict[str, Any] = {kind: {} for kind in content}
    if example is not None:
        kinds["application/json"] = {"example": example}
    found: dict[int | str, dict[str, Any]] = {200: {"description": ok, "content": kinds}}
    for code in codes:
        model = FilterProblem if code == 422 else Problem
        found[code] = {"description": REFUSALS[code], "model": model}
    return found
