"""What decides the kind of a record, and what speaks for a dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from data_sources.dialects.condition import Condition
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.place import WORD_COLUMNS
from data_sources.dialects.reader import Reader

PREFIXES: Final = {"twin": "telemetry.twin.", "test": "telemetry.test."}
"""What a rule may say of a line → the prefix of its kind. A twin only repeats what an events file
says; a test was written by the origin's own unit tests and never happened."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds when a record fits a condition; *then* maps columns to constants.

    prefix  what stands before the kind of a line that must not count by itself: TWIN, TEST or ""
    place   the file and the line where it stands, `aurora.toml:12`
    """

    when: Condition
    then: Mapping[str, str]
    prefix: str
    place: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A trait that speaks for a dialect: all *keys* and none of *without*, a code that fits."""

    keys: tuple[KeyPath, ...]
    codes: Condition | None
    weight: float
    without: tuple[KeyPath, ...] = ()


def rules_of(reader: Reader, key: str) -> tuple[Rule, ...]:
    """The rules (or defaults) in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    found = []
    for index in range(len(reader.entries((key,), []))):
        where: tuple[str | int, ...] = (key, index)
        reader.only(where, {"when", "then"})
        reader.only((*where, "then"), {*WORD_COLUMNS, *PREFIXES, "text"})
        then = dict(reader.table((*where, "then")))
        flags = {name: reader.flag((*where, "then", name)) for name in PREFIXES}
        prefix = next((name for name, is_so in flags.items() if is_so), "")
        then = {name: value for name, value in then.items() if name not in PREFIXES}
        reader.kind((*where, "then", "kind"))
        for name in then:
            reader.text((*where, "then", name))
        when = reader.condition((*where, "when"))
        path, line = reader.place(where)
        found.append(Rule(when, then, PREFIXES.get(prefix, ""), f"{path.name}:{line}"))
    return tuple(found)


def signs_of(reader: Reader) -> tuple[Sign, ...]:
    """The signs in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    found = []
    for index in range(len(reader.entries(("signs",), []))):
        where: tuple[str | int, ...] = ("signs", index)
        reader.only(where, {"keys", "without", "codes", "weight"})
        codes = None
        if reader.has((*where, "codes")):
            try:
                codes = Condition.parse({"code": reader.entries((*where, "codes"))})
            except ValueError as e:
                reader.refuse((*where, "codes"), str(e))
        keys = reader.paths((*where, "keys"), [])
        without = reader.paths((*where, "without"), [])
        found.append(Sign(keys, codes, reader.number((*where, "weight"), 1.0), without))
    return tuple(found)
