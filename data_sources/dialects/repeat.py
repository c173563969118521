"""Which lines tell the same thing twice: the tables `[[duplicates]]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data_sources.dialects.condition import Condition
from data_sources.dialects.frame_rule import kinds_of
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where

REMEMBERED: Final = 256
"""So many of the last events are remembered where a dialect does not say."""
MOST_REMEMBERED: Final = 20_000
"""They stand in the cursor, which is written with each commit."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Events that fit *when*, agree in all of *same* and lie this near to each other are one.

    kinds       the kinds that *when* asks for, as written
    within_ns   None where *same* is an id: then they are one however far apart, and without times
    remembered  how many of the last events are looked at, those of other such tables included
    """

    when: Condition
    kinds: tuple[str, ...]
    same: tuple[KeyPath, ...]
    within_ns: int | None
    remembered: int


def repeats_of(reader: Reader) -> tuple[Repeat, ...]:
    """What counts as told twice, in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    found = []
    for index in range(len(reader.entries(("duplicates",), []))):
        where: Where = ("duplicates", index)
        reader.only(where, {"when", "same", "by_id", "within_seconds", "remembered"})
        remembered = reader.number((*where, "remembered"), float(REMEMBERED))
        if not (remembered.is_integer() and 1 <= remembered <= MOST_REMEMBERED):
            allowed = f"it must be a whole number, at least 1, at most {MOST_REMEMBERED}"
            reader.refuse((*where, "remembered"), f"was {remembered:g}; {allowed}")
        found.append(
            Repeat(
                reader.condition((*where, "when")),
                tuple(kinds_of(reader, (*where, "when"))),
                reader.paths((*where, "same")),
                _within_ns(reader, where),
                int(remembered),
            )
        )
    return tuple(found)


def _within_ns(reader: Reader, where: Where) -> int | None:
    by_id = reader.flag((*where, "by_id"))
    if by_id and reader.has((*where, "within_seconds")):
        reader.refuse((*where, "within_seconds"), "cannot stand beside by_id: an id has no time")
    seconds = 1.0 if by_id else reader.number((*where, "within_seconds"), 0.0)
    if not 0 < seconds <= 60:
        reader.refuse(
            (*where, "within_seconds"), f"was {seconds:g}; it must be above 0, at most 60"
        )
    return None if by_id else round(seconds * 1e9)
