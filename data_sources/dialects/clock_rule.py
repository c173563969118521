"""Files that name no times, and the file beside them whose lines do: `[record.clock]`."""

from __future__ import annotations

from dataclasses import dataclass

from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where


@dataclass(frozen=True, slots=True)
class ClockRule:
    """Line i of any file in *of* belongs to line i of *file* in the same folder.

    time     keys of that line that may hold the time, first wins
    few      files that have a line for some of the lines of *file* alone
    numbers  keys of such a line that may hold the number of the line it belongs to, from 1
    """

    file: str
    time: tuple[KeyPath, ...]
    of: frozenset[str]
    few: frozenset[str] = frozenset()
    numbers: tuple[KeyPath, ...] = ()


def clock_rule(reader: Reader) -> ClockRule | None:
    """The rule of a dialect, None when it has none.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    where: Where = ("record", "clock")
    if not reader.has(where):
        return None
    reader.only(where, {"file", "time", "of", "few", "numbers"})
    file = _file_name(reader, (*where, "file"))
    of = _file_names(reader, (*where, "of"))
    sparse = reader.has((*where, "few")) or reader.has((*where, "numbers"))
    few = _file_names(reader, (*where, "few")) if sparse else frozenset[str]()
    numbers = reader.paths((*where, "numbers")) if sparse else ()
    return ClockRule(file, reader.paths((*where, "time")), of, few, numbers)


def _file_names(reader: Reader, where: Where) -> frozenset[str]:
    number = len(reader.entries(where))
    return frozenset(_file_name(reader, (*where, index)) for index in range(number))


def _file_name(reader: Reader, where: Where) -> str:
    name = reader.text(where)
    if "/" in name or name.startswith("."):
        reader.refuse(where, f"was {name!r}; it must be the name of a file, without a folder")
    return name
