"""The keys of a sample of records, with the values that stand behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data_sources.dialects.key_path import DETAILS

MOST_KEYS: Final = 400
DEEPEST: Final = 3
_STEP = re.compile(r"[A-Za-z_@$][\w-]*")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


@dataclass(slots=True)
class Key:
    """A place in records: its path, and the values that are no object, list or null, by line.

    of     how many records were looked at
    empty  how many of them have it and nothing in it
    """

    path: str
    of: int
    values: dict[int, Any] = field(default_factory=dict)
    empty: int = 0

    @property
    def share(self) -> float:
        """The share of the records that have it, 0 to 1."""
        return len(self.values) / self.of

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called: `order.id` is an `id` and an `orderid`, `order_px` also a `px`."""
        steps = [plain(step) for step in self.path.split(".")]
        own = words_of(self.path.split(".")[-1])
        found = [steps[-1], *(["".join(steps[-2:])] if len(steps) > 1 else [])]
        if len(own) > 1 and own[0] in _OWNERS and own[-1] != "id":
            found.append("".join(own[1:]))
        return tuple(dict.fromkeys(found))

    @property
    def of_line(self) -> bool:
        """Whether it may say what its line tells and when: a part of something else may not."""
        return not self.of_part and all(map(_is_body, self.path.split(".")[:-1]))

    @property
    def of_part(self) -> bool:
        """Whether it tells of something earlier or of another: how a trade was entered."""
        above = self.path.split(".")[:-1]
        return not _OTHERS.isdisjoint(word for step in above for word in words_of(step))

    @property
    def texts(self) -> list[str]:
        """The values that are texts."""
        return [value for value in self.values.values() if isinstance(value, str)]

    def example(self) -> Any:
        """One of the values."""
        return next(iter(self.values.values()), None)


_BODIES: Final = frozenset(
    {
        *("details", "detail", "payload", "data", "context", "ctx", "body", "params", "fields"),
        *("event", "evt", "message", "msg", "record", "log", "extra", "attributes", "attrs"),
        *("order", "ord", "o", "execution", "exec", "report", "trade", "fill", "update", "meta"),
        *("metadata", "header", "head", "info", "result", "response", "content", "value"),
        *("contents", "source", "properties", "props", "status"),
        *("ts", "time", "timestamp", "date", "datetime"),
    }
)
"""What an object is called that holds what a line tells, or its time in parts."""
_OTHERS: Final = frozenset(
    {
        *("entry", "exit", "open", "opening", "close", "closing", "initial", "parent", "child"),
        *("last", "latest", "previous", "prev", "prior", "old", "next", "first", "linked"),
    }
)
_OWNERS: Final = frozenset({"order", "ord", "trade", "event", "evt", "msg", "exec"})


def plain(name: str) -> str:
    """A name without case and signs: `clOrdID`, `cl_ord_id` and `CL-ORD-ID` are one."""
    return re.sub(r"[\W_]", "", name).lower()


def _is_body(step: str) -> bool:
    """Whether an object holds what its line tells: `jsonPayload` is a payload."""
    return not _BODIES.isdisjoint({plain(step), *words_of(step)[-1:]})


def words_of(text: str) -> list[str]:
    """The words of a name in lower case: `OrderPartiallyFilled` has three."""
    return [word.lower() for word in _WORDS.findall(text)]


def keys_of(records: Sequence[dict[str, Any]]) -> list[Key]:
    """The keys of some records, at most `DEEPEST` deep, in the order in which they were met."""
    found: dict[str, Key] = {}
    for line, record in enumerate(records):
        for path, value in _scalars(record, ()):
            if path not in found:
                if len(found) >= MOST_KEYS:
                    continue
                found[path] = Key(path, len(records))
            if value is None or value == "":
                found[path].empty += 1
            else:
                found[path].values[line] = value
    return [key for key in found.values() if key.values]


def _scalars(table: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if not _STEP.fullmatch(key):
            continue
        path = (*above, key)
        if isinstance(value, dict) and len(path) < DEEPEST:
            yield from _scalars(value, path)
        elif value is None or isinstance(value, str | int | float):
            yield ".".join(path), value


def has_details(records: Sequence[dict[str, Any]]) -> bool:
    """Whether records have an object that is called `details`, a word of its own in dialects."""
    return any(isinstance(record.get(DETAILS), dict) for record in records)
