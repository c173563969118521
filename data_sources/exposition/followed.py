"""The dialect of a source of Prometheus counters, and which counters it tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.own_part import load_part

SUFFIX: Final = "_prometheus"


@dataclass(frozen=True, slots=True)
class Followed:
    """The table `[prometheus]` of a dialect.

    Attributes:
        system: the system's name, which stands in the `system` column.
        counters: names or patterns to follow where the configuration names none.
    """

    system: str
    counters: tuple[str, ...]


def load(name: str) -> tuple[Dialect, Followed]:
    """The dialect, `<name>_prometheus` where it is there, and the counters that it follows.

    Those are all where it does not say.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    dialect, reader = load_part(name, SUFFIX)
    where = ("prometheus",)
    reader.only(where, {"system", "counters"})
    names = range(len(reader.entries((*where, "counters"), ())))
    counters = tuple(reader.text((*where, "counters", index)) for index in names)
    return dialect, Followed(reader.text((*where, "system"), dialect.name), counters or ("*",))
