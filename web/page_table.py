"""The pages that exist, as the web sees them; read from Dash's registry."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

VARIABLE = re.compile(r"<([a-zA-Z_][a-zA-Z0-9_]*)>")
SEGMENT = r"(?P<\1>[A-Za-z0-9][A-Za-z0-9._-]{0,127})"
ANY_SEGMENT = r"(?P<\1>[^/]{1,1024})"
"""For pages that look an id up in a list: whoever named it may have used any letter."""


class PageContractError(TypeError):
    """A page module lacks something that every page has."""


@dataclass(frozen=True)
class Page:
    """One page: where it is, how its live values are built and how often.

    knows: for a page of one thing, whether a view tells of that thing; None for other pages.
    """

    path: str
    name: str
    module: str
    build: Callable[..., dict[str, dict[str, Any]]]
    pace_seconds: float
    pattern: re.Pattern[str]
    knows: Callable[..., bool] | None = None

    def variables(self, path: str) -> dict[str, str] | None:
        """The variables of a path of this page; None when the path is not of this page.

        Args:
            path: as browsers write it, percent-encoded; the variables are decoded.
        """
        match = self.pattern.fullmatch(path)
        if match is None:
            return None
        if self.knows is None:
            return None if ".." in path else match.groupdict()
        try:
            return {
                name: unquote(text, errors="strict") for name, text in match.groupdict().items()
            }
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True)
class PageTable:
    """All pages of one app."""

    pages: tuple[Page, ...] = field(default=())

    def find(self, path: str) -> tuple[Page, dict[str, str]] | None:
        """The page at a path as browsers write it, with its variables; None when there is none."""
        path = path.rstrip("/") or "/"
        for page in self.pages:
            variables = page.variables(path)
            if variables is not None:
                return page, variables
        return None

    def begin_with(self, first: str) -> bool:
        """Whether addresses of pages begin with this part."""
        return any(page.path.split("/")[1] == first for page in self.pages)

    @classmethod
    def from_registry(cls, registry: Mapping[str, Mapping[str, Any]]) -> PageTable:
        """Check the contract of each registered page and list them.

        Raises:
            PageContractError: names the module and what it lacks.
        """
        entries = [entry for entry in registry.values() if not _is_not_found(entry)]
        return cls(tuple(_page(entry) for entry in entries))


def _is_not_found(entry: Mapping[str, Any]) -> bool:
    return str(entry["module"]).rpartition(".")[2] == "not_found_404"


def _page(entry: Mapping[str, Any]) -> Page:
    module = sys.modules[entry["module"]]
    for attribute in ("layout", "build"):
        if not callable(getattr(module, attribute, None)):
            raise PageContractError(f"{module.__name__} has no {attribute}(): every page has that")
    pace = getattr(module, "PACE_SECONDS", None)
    if not isinstance(pace, (int, float)) or pace < 0:
        raise PageContractError(
            f"{module.__name__} has no PACE_SECONDS; give seconds between updates, 0 for every tick"
        )
    path = entry["path_template"] or entry["path"]
    knows = getattr(module, "knows", None)
    segment = SEGMENT if knows is None else ANY_SEGMENT
    parts = VARIABLE.split(path)
    literal = "".join(
        re.escape(part) if index % 2 == 0 else VARIABLE.sub(segment, f"<{part}>")
        for index, part in enumerate(parts)
    )
    pattern = re.compile(literal.rstrip("/") or "/")
    return Page(path, entry["name"], entry["module"], module.build, float(pace), pattern, knows)
