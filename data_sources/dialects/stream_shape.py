"""What a dialect says about the entries of Redis streams: its tables `[redis]` and `[saved]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data_sources.dialects.reader import Reader


@dataclass(frozen=True, slots=True)
class Shape:
    """How the entries of one system's streams become lines.

    Attributes:
        system: the system's name, which stands in the `system` column.
        prefix: what the keys of the streams begin with; it is left out of an event's `stream`.
        streams: names or patterns to read where the configuration names none.
        exclude: names or patterns to leave out, such as high-rate market data.
        decode: fields whose text is JSON when it begins like an object or an array.
        nulls: texts that stand for nothing.
        mirrors: stream → the stream of which it is a copy, both without the prefix.
    """

    system: str = ""
    prefix: str = ""
    streams: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    decode: frozenset[str] = frozenset()
    nulls: frozenset[str] = frozenset()
    mirrors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a line that somebody saved has what an entry is made of.

    Attributes:
        stream: the key that holds the name of the stream, with or without its prefix.
        id: the key that holds the entry's id.
        fields: the key of the object with the entry's fields.
        shape: what is known of the entries themselves.
    """

    stream: str
    id: str
    fields: str
    shape: Shape


def shape_of(reader: Reader, system: str) -> Shape:
    """The table `[redis]`.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    where = ("redis",)
    reader.only(where, {"system", "prefix", "streams", "exclude", "decode", "nulls", "mirrors"})
    table = reader.table((*where, "mirrors"))
    return Shape(
        reader.text((*where, "system"), system),
        reader.text((*where, "prefix")) if reader.has((*where, "prefix")) else "",
        _texts(reader, (*where, "streams")) or ("*",),
        _texts(reader, (*where, "exclude")),
        frozenset(_texts(reader, (*where, "decode"))),
        frozenset(_texts(reader, (*where, "nulls"))),
        {str(copy): reader.text((*where, "mirrors", copy)) for copy in table},
    )


def saved_of(reader: Reader) -> Saved | None:
    """The table `[saved]`, None where there is none.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    where = ("saved",)
    if not reader.has(where):
        return None
    reader.only(where, {"stream", "id", "fields"})
    return Saved(
        reader.text((*where, "stream")),
        reader.text((*where, "id")),
        reader.text((*where, "fields")),
        shape_of(reader, reader.text(("name",))),
    )


def _texts(reader: Reader, where: tuple[str, ...]) -> tuple[str, ...]:
    found: list[Any] = list(reader.entries(where, ()))
    for index, value in enumerate(found):
        if not isinstance(value, str):
            reader.refuse((*where, index), f"was {value!r}; it must be a text")
    return tuple(found)
