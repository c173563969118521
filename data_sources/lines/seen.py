"""Compares what an outline saw of a line with what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data_sources.dialects.key_path import Record
from data_sources.lines.outline import Outline
from data_sources.lines.parents import Place, objects_of

_OPEN, _CLOSE, _QUOTE = b'{}"'


@dataclass(slots=True)
class Seen:
    """The tokens of a line, once they proved to be what is there.

    details  which are the braces of the details object; (0, 0) when there is none
    keys     where it stands → which token, for keys that are reached through objects alone
    lengths  of each token: bytes of a key's name and one quote, 0 for a brace
    """

    details: tuple[int, int]
    keys: dict[Place, int]
    lengths: list[int]


def see(record: Record, outline: Outline, data: bytes, row: int) -> Seen | None:
    """Compare what the outline saw of a line with what is there.

    None when it did not see just that, key by key and brace by brace: a brace inside a text, a key
    with an escape, a blank before a colon.
    """
    first = int(outline.first[row])
    stop = first + int(outline.tokens[row]) - 1
    chars, places = outline.chars[first:stop].tolist(), outline.places[first:stop].tolist()
    expected = list(_tokens(record.fields))
    if len(expected) != len(chars):
        return None
    details = [0, 0]
    keys: dict[Place, int] = {}
    objects = objects_of(record)
    lengths = []
    for token, (char, owner, key) in enumerate(expected):
        name = b'"' + key.encode() + b'"'
        end = places[token] + 1
        if char != chars[token] or (char == _QUOTE and data[end - len(name) : end] != name):
            return None
        lengths.append(len(name) - 1 if char == _QUOTE else 0)
        if char != _QUOTE:
            details[char == _CLOSE] = token if owner is record.details else details[char == _CLOSE]
            continue
        for in_details, above in objects.get(id(owner), ()):
            keys[in_details, (*above, key)] = token
    return Seen((details[0], details[1]), keys, lengths)


def sees_more(record: Record, outline: Outline, row: int) -> bool:
    """Whether the outline saw more keys and braces than a line has: some stand in its texts."""
    return int(outline.tokens[row]) - 1 > sum(1 for _ in _tokens(record.fields))


def _tokens(value: Any) -> Iterator[tuple[int, dict[str, Any], str]]:
    """What an outline should see of a value: a character, its object, and the key if it is one."""
    if isinstance(value, dict):
        yield _OPEN, value, ""
        for key, inner in value.items():
            yield _QUOTE, value, key
            yield from _tokens(inner)
        yield _CLOSE, value, ""
    elif isinstance(value, list):
        for inner in value:
            yield from _tokens(inner)
