"""The dialect of a source of Redis streams, and what it says about their entries."""

from __future__ import annotations

from typing import Final

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.own_part import load_part
from data_sources.dialects.stream_shape import Shape, shape_of

SUFFIX: Final = "_redis"


def load(name: str) -> tuple[Dialect, Shape]:
    """The dialect, `<name>_redis` where it is there, and the shape of its streams.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    dialect, reader = load_part(name, SUFFIX)
    return dialect, shape_of(reader, dialect.name)
