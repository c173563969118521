"""Objects on the way to a value: an outline must not take a list of objects for one of them.

`{"a": {"b": 1}}` and `{"a": [{"b": 1}]}` have the same keys and braces, and only in the first is
there an `a.b`. So every key on the way to a path of the dialect must be followed by its object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import KeyPath, Record
from data_sources.lines.classify import class_paths
from data_sources.lines.outline import BoolArray, Bytes, Int64Array

Place = tuple[bool, tuple[str, ...]]
"""Whether it begins at the details object, and the keys from there."""

_BLANK: Final = np.uint8(ord(" "))


def parents_of(dialect: Dialect) -> list[Place]:
    """The objects on the way to any path that a line's class or values may depend on."""
    paths = [*class_paths(dialect), *dialect.time, *(place.path for place in dialect.loose)]
    found = dict.fromkeys(parent for path in paths for parent in _parents(path))
    if dialect.unwrap is not None:
        found[False, (dialect.unwrap[0],)] = None
    return list(found)


def _parents(path: KeyPath) -> Iterator[Place]:
    """Of `a.b.c` these are `a` and `a.b`; of `a[0].b` none, as it does not lead through objects."""
    for depth, step in enumerate(path.steps[1:], start=1):
        if isinstance(step, int):
            return
        yield path.in_details, path.keys[:depth]


def leads_through_lists(path: KeyPath) -> bool:
    """Whether the path has an index, so that an outline cannot tell where it leads."""
    return any(isinstance(step, int) for step in path.steps)


def holds_objects(value: Any) -> bool:
    """Whether a value is a list with an object somewhere in it."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in _flat(value))


def is_object(record: Record, parent: Place) -> bool:
    """Whether the parent is an object in this record."""
    return isinstance(value_at(record, parent), dict)


def value_at(record: Record, place: Place) -> Any:
    """What stands at a place that is reached through objects alone; None where nothing does."""
    value: Any = record.details if place[0] else record.fields
    for key in place[1]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _flat(value: list[Any]) -> Iterator[Any]:
    for item in value:
        yield item
        if isinstance(item, list):
            yield from _flat(item)


def objects_of(record: Record) -> dict[int, list[Place]]:
    """The id of each object that is reached through objects alone → where it stands."""
    found: dict[int, list[Place]] = {}
    waiting: list[tuple[dict[str, Any], Place]] = [
        (record.fields, (False, ())),
        (record.details, (True, ())),
    ]
    for value, place in waiting:
        found.setdefault(id(value), []).append(place)
        inner = ((key, each) for key, each in value.items() if isinstance(each, dict))
        waiting += [(each, (place[0], (*place[1], key))) for key, each in inner]
    return found


def objects_behind(array: Bytes, places: Int64Array, keys: Int64Array) -> BoolArray:
    """Whether an object stands right behind each of these keys.

    Args:
        array: the bytes.
        places: where all tokens are.
        keys: which tokens the keys are; the next one is a brace that opens.
    """
    key = places[keys]
    gap = places[keys + 1] - key
    found: BoolArray = (gap == 2) | ((gap == 3) & (array[key + 2] == _BLANK))
    return found
