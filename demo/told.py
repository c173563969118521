"""What the demo says of itself: to programs as JSON, to people in lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def said(told: Mapping[str, Any], *, as_json: bool) -> str:
    """Return what is printed at the start or at the end.

    Args:
        told: with `ready` where everything is, with `done` what was written.
        as_json: one line of JSON instead of lines for people.
    """
    if as_json:
        return json.dumps(told)
    return "\n".join(_ready(told) if told.get("ready") else _done(told))


def _ready(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"The demo writes below {told['dir']}:"
    width = max(map(len, told["logs"]))
    for system, folder in told["logs"].items():
        yield f"  {system:<{width}}  {folder}"
    served = {name: table["url"] for name, table in told["sources"].items() if table.get("url")}
    if served:
        yield "It serves:"
        width = max(map(len, served))
        yield from (f"  {name:<{width}}  {url}" for name, url in served.items())
    yield "A desk that watches all of it:"
    yield from (f"  export {name}={value}" for name, value in told["environment"].items())
    yield f"  python app.py --config {told['dir']}/deskwatch.toml"


def _done(told: Mapping[str, Any]) -> Iterator[str]:
    size, unit = (
        (told["bytes"] / 1e6, "MB") if told["bytes"] >= 1e6 else (told["bytes"] / 1e3, "kB")
    )
    yield f"Written: {told['events']:,} events in {told['lines']:,} lines, {size:,.1f} {unit}."
    if told["bad"] or told["rotations"]:
        yield f"Bad lines among them: {told['bad']:,}. Files rotated: {told['rotations']:,}."
