"""A desk for pages: the real ledger, sources told by hand; and a walk through a layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from ledger import Ledger

PATHS = ["/", "/orders", "/latency", "/quality"]


class Desk:
    """A ledger with sources around it; `view()` is what a desk gives to pages."""

    def __init__(self, sources: list[dict[str, Any]], at: str) -> None:
        self.ledger = Ledger()
        self.sources = sources
        self.at = pd.Timestamp(at)
        self.quarantined: list[dict[str, Any]] = []
        self.notices: list[str] = []

    def view(self, window_seconds: float | None = 300.0, at: pd.Timestamp | None = None) -> Any:
        view = self.ledger.view(at=at or self.at, window_seconds=window_seconds)
        view.sources = self.sources
        view.desk = {
            "name": "Test desk",
            "notices": self.notices,
            "quarantine": lambda limit: self.quarantined[:limit],
        }
        return view


def components(tree: Any) -> Iterator[Component]:
    if isinstance(tree, (list, tuple)):
        for child in tree:
            yield from components(child)
    elif isinstance(tree, Component):
        yield tree
        yield from components(getattr(tree, "children", None))
