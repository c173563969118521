"""Which keys tell of a closed trade: where it was entered, where it was left, what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from data_sources.guessing.choice import Choice, is_number, ranked, reason
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.choose_time import ns_of
from data_sources.guessing.keys import Key
from data_sources.lines.transforms import number, side

KIND: Final = "trade.closed"
PRICES: Final = ("exit_price", "entry_price")
RESULTS: Final = ("pnl", "pnl_ratio")
"""What a trade brought, in money or as a share of what it cost; one of them is told."""
_UNITS: Final = {"ratio": 1.0, "percent": 100.0}
_NEAR: Final = 0.25
"""A ratio is the way from entry to exit, but for the fees: at most so much of it."""
_AGREE_RATIO: Final = 0.8
"""Fees make a loss of a small gain."""
_SIGNS: Final = {"buy": 1.0, "sell": -1.0}


@dataclass(frozen=True, slots=True)
class Trades:
    """The keys of closed trades, by their meaning; empty where no line tells of one.

    keys    `exit_price`, `entry_price`, `pnl` or `pnl_ratio`; `ts_opened`, `ts_closed` if there
    counts  lines of the sample that tell of one
    sides   side of the line → side of the position, empty where the profits do not agree with it
    """

    keys: dict[str, Choice]
    counts: int = 0
    sides: dict[str, str] | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """The roles of prices and results that are told."""
        return tuple(role for role in (*PRICES, *RESULTS) if role in self.keys)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All of them."""
        return tuple(self.keys.values())

    def times_beside(self, keys: Sequence[Key], times: Sequence[Choice]) -> list[Choice]:
        """When they were closed, where not all of their lines have a time of their own."""
        closed = self.keys.get("ts_closed")
        by_path = {key.path: set(key.values) for key in keys}
        dated = set().union(*(by_path[each.path] for each in times))
        if closed is None or by_path[closed.path] <= dated:
            return []
        return [replace(closed, role="time")]


def trades_of(keys: Sequence[Key], codes: Codes, now_ns: int, taken: set[str]) -> Trades:
    """Find them; nothing where a line has a place for the exit and no price in it.

    Such a line tells of a trade that is still open, and no mapping could tell it from a closed one.

    Args:
        keys: of the sample.
        codes: what the lines tell; what tells of an order is no trade.
        now_ns: our time.
        taken: gets the paths of what was found.
    """
    found: dict[str, Key] = {}
    choices: dict[str, Choice] = {}
    for role in (*PRICES, *RESULTS):
        for key, name, ratio in ranked(keys, role, is_number, taken):
            unit = _unit(key, found) if role == "pnl_ratio" else "money"
            if unit and (not found or set(found["exit_price"].values) <= set(key.values)):
                found[role] = key
                why, sure = reason(key, name, ratio, "numbers"), round(name.ratio * ratio, 3)
                choices[role] = Choice(role, key.path, sure, why, unit)
                break
        if role in PRICES and role not in found:
            return Trades({})
    if found.keys().isdisjoint(RESULTS):
        return Trades({})
    exits = found["exit_price"]
    lines = set(exits.values)
    if exits.empty or any(number(value) == 0 for value in exits.values.values()):
        return Trades({})
    if not lines.isdisjoint(codes.order_lines):
        return Trades({})
    for role in ("ts_closed", "ts_opened"):
        time = _time(keys, role, lines, now_ns, taken)
        if time is not None:
            choices[role] = time
    taken |= {choice.path for choice in choices.values()}
    return Trades(choices, len(lines), _sides(keys, found))


def _unit(key: Key, found: dict[str, Key]) -> str:
    """What a result without money is told in, as the prices prove; "" where they do not."""
    ways = []
    for line, leave in found["exit_price"].values.items():
        entry, told = number(found["entry_price"].values.get(line)), number(key.values.get(line))
        way = abs(number(leave) / entry - 1) if entry else 0.0
        ways += [abs(told) / way] if way > 0 else []
    for unit, scale in _UNITS.items():
        if ways and abs(median(ways) / scale - 1) <= _NEAR:
            return unit
    return ""


def _time(
    keys: Sequence[Key], role: str, lines: set[int], now_ns: int, taken: set[str]
) -> Choice | None:
    for key, name, ratio in ranked(keys, role, lambda v: ns_of(v, now_ns) > 0, taken):
        if ratio == 1.0 and lines <= set(key.values):
            return Choice(role, key.path, name.ratio, reason(key, name, ratio, "times"))
    return None


def _sides(keys: Sequence[Key], found: dict[str, Key]) -> dict[str, str] | None:
    """Which side was held, as entries, exits and profits say; None where they do not agree.

    A line may name the side that was held or the side of the order that closed it.
    """
    for key, _, _ in ranked(keys, "side", lambda v: side(str(v)) in _SIGNS, set()):
        turns = [turn for line in found["exit_price"].values if (turn := _turn(key, found, line))]
        for sign, told in ((1, ("long", "short")), (-1, ("short", "long"))):
            if turns and turns.count(sign) >= _AGREE_RATIO * len(turns):
                return dict(zip(("buy", "sell"), told, strict=True))
    return None


def _turn(key: Key, found: dict[str, Key], line: int) -> int:
    """1 where the profit is that of the named side, -1 where of the other, 0 where none can say."""
    if line not in key.values:
        return 0
    told = next(role for role in RESULTS if role in found)
    leave, entry, pnl = (number(found[role].values[line]) for role in (*PRICES, told))
    gain = (leave - entry) * _SIGNS[side(str(key.values[line]))] * pnl
    return (gain > 0) - (gain < 0)
