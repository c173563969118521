"""The dialect of a source of Redis streams, and what it says about their entries."""

from __future__ import annotations

from typing import Final

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.dialects.reader import Reader
from data_sources.dialects.stream_shape import Shape, shape_of
from data_sources.dialects.whole_table import FOLDER, whole_table

SUFFIX: Final = "_redis"


def load(name: str) -> tuple[Dialect, Shape]:
    """The dialect and the shape of its streams.

    A system whose logs and streams differ has a dialect `<name>_redis` beside `<name>`: that one
    is taken where it is there.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    own = FOLDER / f"{name}{SUFFIX}.toml"
    dialect = load_dialect(own.stem if own.is_file() else name)
    text = dialect.file.read_text(encoding="utf-8")
    whole = whole_table(text, dialect.file)
    reader = Reader(dialect.file, text, whole.table, {}, whole.elsewhere)
    return dialect, shape_of(reader, dialect.name)
