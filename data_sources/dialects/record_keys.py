"""Where the details of a record stand, and which record stands inside another one."""

from __future__ import annotations

from data_sources.dialects.reader import Reader


def details_of(reader: Reader) -> tuple[str, ...]:
    """Keys that may hold the details object, first wins."""
    where = ("record", "details")
    default = None if reader.has(where) else ["details"]
    return tuple(path.text for path in reader.paths(where, default))


def whole_of(reader: Reader) -> tuple[str, ...]:
    """Keys that a record has which is its own details object; none where there are no such."""
    where = ("record", "whole_when_has")
    return tuple(path.text for path in reader.paths(where)) if reader.has(where) else ()


def unwrap_of(reader: Reader) -> tuple[str, tuple[str, ...]] | None:
    """The key of an inner record and the keys by which it is told, or None."""
    where = ("record", "unwrap")
    if not reader.has(where):
        return None
    reader.only(where, {"key", "when_has"})
    keys = tuple(path.text for path in reader.paths((*where, "when_has")))
    return reader.text((*where, "key")), keys
