"""JSON answers of the API, by the same encoder as the live channel: NaN is null, never a 500."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.filters import FilterError
from web.wire import to_json


class JsonResponse(Response):
    """Any value as JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode the content."""
        return to_json(content)


def problem(status: int, text: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """An error that says what is wrong: `{"error": text, …}`."""
    return JsonResponse({"error": text, **more}, status_code=status, headers=headers)


def filter_problem(error: FilterError) -> Response:
    """The answer to parameters that cannot be used: the first, and all where there are more."""
    told: dict[str, Any] = {
        "parameter": error.parameter,
        "value": error.value,
        "allowed": error.allowed,
    }
    if error.others:
        told["parameters"] = [
            {"parameter": one.parameter, "problem": f"allowed: {one.allowed}", "value": one.value}
            for one in error.all
        ]
    return problem(422, str(error), **told)
