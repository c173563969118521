"""Routes whose description comes from their docstring: the first line is the summary."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute


class ToldRoute(APIRoute):
    """A route that is summed up by the first line of its function's docstring."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        first, _, rest = (inspect.getdoc(endpoint) or "").partition("\n\n")
        self.summary = self.summary or " ".join(first.split()).rstrip(".")
        self.description = rest
