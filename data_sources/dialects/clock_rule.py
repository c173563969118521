"""Files that name no times, and the file beside them whose lines do: `[record.clock]`."""

from __future__ import annotations

from dataclasses import dataclass

from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where


@dataclass(frozen=True, slots=True)
class ClockRule:
    """Line i of any file in *of* belongs to line i of *file* in the same folder.

    time  keys of that line that may hold the time, first wins
    """

    file: str
    time: tuple[KeyPath, ...]
    of: frozenset[str]


def clock_rule(reader: Reader) -> ClockRule | None:
    """The rule of a dialect, None when it has none.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    where: Where = ("record", "clock")
    if not reader.has(where):
        return None
    reader.only(where, {"file", "time", "of"})
    names = [
        reader.text((*where, "of", index)) for index in range(len(reader.entries((*where, "of"))))
    ]
    file = reader.text((*where, "file"))
    for index, name in enumerate([*names, file]):
        if "/" in name or name.startswith("."):
            key = (*where, "of", index) if index < len(names) else (*where, "file")
            reader.refuse(key, f"was {name!r}; it must be the name of a file, without a folder")
    return ClockRule(file, reader.paths((*where, "time")), frozenset(names))
