"""An event as one line of JSON, as the dialects read lines."""

from __future__ import annotations

import msgspec

from data_sources.event_stream.parser import StreamEvent

USUAL_NAMES = frozenset({"", "message"})


def as_line(event: StreamEvent) -> bytes:
    """The data as one line; an own name and an own id stand in it as `@event` and `@id`.

    A newline within JSON can only be a blank: within a text it would be none. Data that is no
    object stays as it is, to be set aside by whoever reads the line.
    """
    line = event.data.replace(b"\n", b" ")
    told = {}
    if event.name not in USUAL_NAMES:
        told["@event"] = event.name
    if event.has_id:
        told["@id"] = event.last_id
    body = line.lstrip(b" \t")
    if not told or not body.startswith(b"{"):
        return line
    rest = body[1:].lstrip(b" \t")
    comma = b"" if rest.startswith(b"}") else b","
    return msgspec.json.encode(told)[:-1] + comma + rest
