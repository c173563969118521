"""The dialect of a system for one way of speaking, with a table that is not for lines."""

from __future__ import annotations

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.dialects.reader import Reader
from data_sources.dialects.whole_table import FOLDER, whole_table


def load_part(name: str, suffix: str) -> tuple[Dialect, Reader]:
    """The dialect, and a reader of all tables of its file.

    A system whose logs are not all that it speaks has a dialect `<name><suffix>` beside `<name>`:
    that one is taken where it is there.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    own = FOLDER / f"{name}{suffix}.toml"
    dialect = load_dialect(own.stem if own.is_file() else name)
    text = dialect.file.read_text(encoding="utf-8")
    whole = whole_table(text, dialect.file)
    return dialect, Reader(dialect.file, text, whole.table, {}, whole.elsewhere)
