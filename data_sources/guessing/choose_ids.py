"""Which keys hold the ids of orders: by their names, or because lines of one order share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from data_sources.guessing.choice import Choice, first, is_id, ranked, reason, shown
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.keys import Key, words_of

_NEEDS_SHARING: Final = frozenset({"id", "ref"})
"""An event may have an `id` of its own: only one that several lines share is an order's."""
_ENDS: Final = frozenset({"id", "oid", "ref", "no", "number", "key", "tag"})
_OF_OTHERS: Final = frozenset(
    {
        *("run", "session", "account", "user", "strategy", "strat", "bot", "trader", "model"),
        *("cycle", "tick", "event", "evt", "trace", "request", "config", "market", "token"),
    }
)
_NO_IDS: Final = frozenset({"bid", "mid", "paid", "grid", "valid", "void"})
SHARED_RATIO: Final = 0.7
"""How sure an id is that is told by the lines that share it."""
_LEAST_ORDERS: Final = 2


def ids_of(keys: Sequence[Key], codes: Codes, taken: set[str]) -> dict[str, Choice]:
    """The ids of orders; an id that may be anybody's is the client's where it is the only one.

    Args:
        keys: of the sample.
        codes: what the lines tell.
        taken: gets the paths of what was found.
    """
    found = {}
    for role in ("client_order_id", "venue_order_id"):
        choice = first(keys, role, is_id, taken, "ids")
        if choice is not None:
            found[role] = choice
    role = "venue_order_id" if "client_order_id" in found else "client_order_id"
    if role not in found:
        choice = _named(keys, role, codes, taken) or (None if found else _shared(keys, codes))
        if choice is not None:
            taken.add(choice.path)
            found[role] = choice
    own = found.get("client_order_id")
    if own is not None:
        found["client_order_id"] = _with_others(own, keys, codes, taken)
    return found


def _named(keys: Sequence[Key], role: str, codes: Codes, taken: set[str]) -> Choice | None:
    for key, name, ratio in ranked(keys, "order_id", is_id, taken):
        if set(key.names) <= _NEEDS_SHARING and not _is_shared(key, codes):
            continue
        why = reason(key, name, ratio, "ids")
        return Choice(role, key.path, round(0.9 * name.ratio * ratio, 3), why)
    return None


def _is_shared(key: Key, codes: Codes) -> bool:
    """Whether some lines that tell different things of an order have the same id."""
    return any(len(words) > 1 for words in _told_of(key, codes).values())


def _told_of(key: Key, codes: Codes) -> dict[Any, list[str]]:
    """For each id the kinds that its lines tell."""
    told: dict[Any, list[str]] = {}
    for line in codes.order_lines:
        if line in key.values:
            told.setdefault(key.values[line], []).append(codes.by_line[line])
    return told


def _may_be_id(key: Key) -> bool:
    """Whether a key of any name may hold ids of orders."""
    words = words_of(key.path.split(".")[-1])
    ends = bool(words) and (words[-1] in _ENDS or words[-1].endswith("id"))
    foreign = not _OF_OTHERS.isdisjoint(words) or not _NO_IDS.isdisjoint(words)
    return ends and not foreign and all(map(is_id, key.values.values()))


def _shared(keys: Sequence[Key], codes: Codes) -> Choice | None:
    """A key of another name that one submission and what became of it share, and no two orders."""
    for key in keys:
        if not _may_be_id(key):
            continue
        told = [[codes.kinds[word] for word in each] for each in _told_of(key, codes).values()]
        sent = [kinds.count("order.submitted") for kinds in told]
        lives = sum(len(set(kinds)) > 1 for kinds in told)
        if lives >= _LEAST_ORDERS and sent.count(1) == len(sent):
            why = f"each of {len(sent)} orders has its own, such as {shown(key)}"
            return Choice("client_order_id", key.path, SHARED_RATIO, why)
    return None


def _with_others(own: Choice, keys: Sequence[Key], codes: Codes, taken: set[str]) -> Choice:
    """The same id under other names, for lines of orders that do not have the first."""
    by_path = {key.path: key.values for key in keys}
    known = {value for path in (own.path, *own.also) for value in by_path[path].values()}
    lines = {line for path in (own.path, *own.also) for line in by_path[path]}
    missing = set(codes.order_lines) - lines
    for key in keys:
        there = missing & set(key.values)
        if not there or key.path in taken or not _may_be_id(key):
            continue
        if {key.values[line] for line in there} <= known:
            taken.add(key.path)
            missing -= there
            why = f"{own.why}; where it is not there the same stands in {key.path}"
            own = replace(own, also=(*own.also, key.path), why=why)
    return own
