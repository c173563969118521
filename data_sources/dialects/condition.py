"""What a rule asks of a record: `{ code = "RISK.DENY*", "details.close" = true }`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from typing import Any, Final, Protocol

from data_sources.dialects.key_path import KeyPath, Record

PRESENT: Final = "@present"
ABSENT: Final = "@absent"
COMPUTED: Final = ("code", "kind")


class Facts(Protocol):
    """What a condition may look at: the record, and what was already found out about it."""

    record: Record
    code: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison; *name* is `code`, `kind` or a path in the record."""

    name: str
    path: KeyPath | None
    wanted: tuple[Any, ...]
    patterns: tuple[re.Pattern[str], ...]
    shown: str

    def holds(self, facts: Facts) -> bool:
        """Whether any of the wanted values is there; texts are compared without regard to case."""
        if self.path is None:
            value = facts.code if self.name == "code" else facts.kind
            exists = value is not None
        else:
            exists, value = self.path.find(facts.record)
        return self.fits(exists, value)

    def fits(self, exists: bool, value: Any) -> bool:
        """Whether any of the wanted values is this one."""
        if PRESENT in self.wanted:
            return exists
        if ABSENT in self.wanted:
            return not exists
        if isinstance(value, str):
            folded = value.casefold()
            return folded in self.wanted or any(p.fullmatch(folded) for p in self.patterns)
        return any(type(value) is type(w) and value == w for w in self.wanted)


@dataclass(frozen=True, slots=True)
class Condition:
    """Comparisons that must all hold; an empty condition always holds."""

    tests: tuple[Test, ...] = ()

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> Condition:
        """Read a condition from a TOML table.

        Raises:
            ValueError: with what is wrong, when a name or a value cannot be compared.
        """
        return cls(tuple(_test(name, value) for name, value in table.items()))

    def holds(self, facts: Facts) -> bool:
        """Whether every comparison holds."""
        return all(test.holds(facts) for test in self.tests)

    @property
    def paths(self) -> tuple[KeyPath, ...]:
        """All paths that are looked at."""
        return tuple(test.path for test in self.tests if test.path is not None)

    @property
    def compared_paths(self) -> tuple[KeyPath, ...]:
        """The paths whose values matter, not merely whether they exist."""
        return tuple(path for path, _ in self.compared)

    @property
    def compared(self) -> tuple[tuple[KeyPath, Test], ...]:
        """The comparisons in which the value at a path matters, not merely whether it exists."""
        return tuple(
            (test.path, test)
            for test in self.tests
            if test.path is not None and not {PRESENT, ABSENT} & set(map(str, test.wanted))
        )

    def __str__(self) -> str:
        return " and ".join(test.shown for test in self.tests)


ALWAYS: Final = Condition()
"""The condition that always holds."""


def _test(name: str, value: Any) -> Test:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, str | int | float | bool) for v in values):
        raise ValueError(
            f"{name} = {value!r}: compare with a text, a number, true, false or a list"
        )
    texts = [v.casefold() if isinstance(v, str) else v for v in values]
    patterns = tuple(re.compile(translate(t)) for t in texts if isinstance(t, str) and "*" in t)
    plain = tuple(t for t in texts if not (isinstance(t, str) and "*" in t))
    path = None if name in COMPUTED else KeyPath.parse(name)
    shown = f"{name} = {'|'.join(map(str, values))}"
    return Test(name, path, plain, patterns, shown)
