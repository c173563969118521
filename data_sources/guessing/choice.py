"""What a key is taken for, how sure that is, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data_sources.guessing.keys import Key
from data_sources.guessing.usual_names import Named, named
from data_sources.lines.transforms import number

FIT_RATIO: Final = 0.9
"""So many of a key's values must be what the meaning asks for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One key for one meaning.

    role        a column of events, or `time`, `code`, and the helping meanings of `usual_names`
    path        where it stands in a record
    sure_ratio  how well its name and its values fit, 0 to 1
    why         one sentence for a person
    unit        of its numbers or times, "" where there is none or none is known
    scale       what makes seconds, or a ratio, of its numbers
    also        further paths, for lines that do not have the first
    """

    role: str
    path: str
    sure_ratio: float
    why: str
    unit: str = ""
    scale: float = 1.0
    also: tuple[str, ...] = ()


def ranked(
    keys: Iterable[Key], role: str, fits: Callable[[Any], bool], taken: set[str]
) -> list[tuple[Key, Named, float]]:
    """The keys that may have a meaning, the surest first: by name, then by how often they stand.

    Args:
        keys: to choose from.
        role: the meaning.
        fits: whether a value is one of this meaning.
        taken: paths that already mean something else.

    Returns:
        Each with how its name fits, and the share of its values that fit, at least `FIT_RATIO`.
    """
    found = []
    for key in keys:
        name = named(key, role) if key.path not in taken else None
        if name is None:
            continue
        ratio = sum(map(fits, key.values.values())) / len(key.values)
        if ratio >= FIT_RATIO:
            found.append((key, name, ratio))
    return sorted(found, key=lambda each: (-each[1].ratio, each[1].rank, -each[0].share))


def first(
    keys: Sequence[Key], role: str, fits: Callable[[Any], bool], taken: set[str], what: str
) -> Choice | None:
    """The surest key for a meaning, and others of usual names for lines that do not have it.

    What is found is marked as taken; None when no key fits.
    """
    found = ranked(keys, role, fits, taken)
    if not found:
        return None
    key, name, ratio = found[0]
    lines, also = set(key.values), []
    for other, other_name, _ in found[1:]:
        if other_name.ratio == 1 and lines.isdisjoint(other.values):
            lines |= set(other.values)
            also.append(other.path)
    taken |= {key.path, *also}
    why = reason(key, name, ratio, what)
    if also:
        why += f"; where it is not there {', '.join(also)}"
    return Choice(role, key.path, round(name.ratio * ratio, 3), why, also=tuple(also))


def reason(key: Key, name: Named, ratio: float, what: str) -> str:
    """Why a key was taken: its name, its values, an example."""
    usual = "a usual name" if name.ratio == 1 else "a possible name"
    return f"{usual}; {ratio:.0%} of {len(key.values)} values are {what}, such as {shown(key)}"


def shown(key: Key) -> str:
    """One value, short and without anything that could steer a terminal or end a comment."""
    return json.dumps(key.example())[:60].replace("\x7f", "?")


def is_word(value: Any) -> bool:
    """A short text that is no number."""
    return isinstance(value, str) and len(value) <= 64 and not is_number(value)


def is_text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """A finite number, or a text that is one."""
    return number(value) == number(value)


def is_id(value: Any) -> bool:
    """A short text or a whole number."""
    return (isinstance(value, str) and len(value) <= 128) or (
        isinstance(value, int) and not isinstance(value, bool)
    )
