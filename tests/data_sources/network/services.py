"""Services on loopback that answer JSON, and the sources that poll them, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_sources.rest import RestSource
from tests.data_sources.fault_server import answer

MAPPING = """\
name = "small"

[rest.book]
path = "/book"
every_seconds = 2
time = ["at"]
placeholder = { equity = [10000.0] }

[[rest.book.frames]]
frame = "equity"
rank = 1
[rest.book.frames.columns]
equity = ["equity"]

[[rest.book.frames]]
frame = "positions"
rows = "positions"
rank = 2
[rest.book.frames.columns]
symbol = ["symbol"]
quantity = ["size"]
position_side = { from = ["side"], as = "lower" }

[rest.venue]
service = "venue"
path = "/venue"
every_seconds = 1
frame = "positions"
rows = "@body"
rank = 1
columns = { symbol = ["symbol"], quantity = ["quantity"], position_side = ["side"] }

[rest.news]
path = "/news?limit=2"
every_seconds = 1
frame = "signals"
rows = ["items", "@body"]
skip = [{ source = "mock*" }]
[rest.news.columns]
symbol = ["symbol"]
confidence_ratio = { from = ["pct"], as = "ratio_of_percent" }
ts_event = ["at"]
"""


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def told(body: Any, **options: Any) -> bytes:
    """An answer with this body as JSON."""
    return answer(json.dumps(body).encode(), **options)


def book(**fields: Any) -> dict[str, Any]:
    """An answer of the endpoint `book`."""
    position = {"symbol": "BTC", "side": "LONG", "size": 0.5}
    return {"at": 1_800_000_000, "equity": 3902.69, "positions": [position], **fields}


def well(server: Any) -> None:
    """All three endpoints answer and agree."""
    server.on("/book", told(book()))
    server.on("/venue", told([{"symbol": "BTC", "side": "long", "quantity": 0.5}]))
    server.on("/news", told({"items": [{"symbol": "ETH", "pct": 68, "at": 1_799_999_990}]}))


def small(
    folder: Path, server: Any, now: Callable[[], float] | None = None, **options: Any
) -> RestSource:
    """A source of the three endpoints."""
    path = folder / "small.toml"
    path.write_text(options.pop("mapping", MAPPING))
    if now is not None:
        options["now"] = now
    return RestSource(str(path), **{"url": server.url(""), **options})
