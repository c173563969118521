"""Conditions and places of a dialect's TOML in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_sources.dialects.rule import PREFIXES
from docs.from_code.table import code, codes
from docs.from_code.toml_value import toml_value


def as_list(value: Any) -> list[Any]:
    """The value, or the values where there are several."""
    return value if isinstance(value, list) else [value]


def condition(table: Mapping[str, Any]) -> str:
    """`{ code = ["A", "B"] }` as `code` is `A` or `B`."""
    return " and ".join(_test(name, value) for name, value in table.items()) or "always"


def consequence(then: Mapping[str, Any]) -> str:
    """What a rule or a default sets: the kind first, then the other columns."""
    prefix = next((text for flag, text in PREFIXES.items() if then.get(flag)), "")
    words = [code(prefix + then["kind"])] if "kind" in then else []
    words += [
        f"{code(name)} = {code(value)}"
        for name, value in then.items()
        if name not in ("kind", *PREFIXES)
    ]
    return ", ".join(words)


def places(column: Any) -> str:
    """Where the values of a column or a cell stand, in order, and how they are changed."""
    if not isinstance(column, dict):
        return ", ".join(place(each) for each in as_list(column))
    found = ", ".join(place(each) for each in as_list(column.get("from", [])))
    words = [found] if found else []
    if "is" in column:
        words.append(f"{'else ' if found else ''}{code(column['is'])}")
    return "; ".join([*words, *_changes(column)])


def place(entry: Any) -> str:
    """One place: a path, perhaps with conditions."""
    if not isinstance(entry, dict):
        return code(entry)
    words = [code(entry["path"])]
    words += [f"{word} {condition(entry[word])}" for word in ("when", "unless") if word in entry]
    changes = _changes(entry)
    return " ".join(words) + (f" ({'; '.join(changes)})" if changes else "")


def _changes(table: Mapping[str, Any]) -> list[str]:
    words = []
    if "as" in table:
        words.append(f"as {code(table['as'])}")
    if "map" in table:
        pairs = [f"{code(old)} → {code(new)}" for old, new in table["map"].items()]
        words.append(", ".join(pairs))
    if table.get("else") == "missing":
        words.append("any other word is missing")
    if "scale" in table:
        words.append(f"× {toml_value(table['scale'])}")
    return words


def _test(name: str, value: Any) -> str:
    if value == "@present":
        return f"{code(name)} is there"
    if value == "@absent":
        return f"{code(name)} is not there"
    told = [each if each and isinstance(each, str) else toml_value(each) for each in as_list(value)]
    found = list(dict.fromkeys(told))
    return f"{code(name)} is {'one of ' if len(found) > 1 else ''}{codes(found)}"
