"""What a dialect says about the entries of Redis streams: its `[redis]` table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data_sources.dialects.dialect import FOLDER, Dialect, load_dialect
from data_sources.dialects.reader import Reader

SUFFIX: Final = "_redis"


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


def load(name: str) -> tuple[Dialect, Shape]:
    """The dialect and the shape of its streams.

    A system whose logs and streams differ has a dialect `<name>_redis` beside `<name>`: that one
    is taken where it is there.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    own = FOLDER / f"{name}{SUFFIX}.toml"
    dialect = load_dialect(own.stem if own.is_file() else name)
    return dialect, _shape(dialect.file, dialect.name)


def _shape(path: Path, system: str) -> Shape:
    text = path.read_text(encoding="utf-8")
    reader = Reader(path, text, tomllib.loads(text), {})
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


def _texts(reader: Reader, where: tuple[str, ...]) -> tuple[str, ...]:
    found: list[Any] = list(reader.entries(where, ()))
    for index, value in enumerate(found):
        if not isinstance(value, str):
            reader.refuse((*where, index), f"was {value!r}; it must be a text")
    return tuple(found)
