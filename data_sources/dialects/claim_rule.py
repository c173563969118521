"""What events claim of their account, to be held against other claims: the tables `[[claims]]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data_sources.dialects.condition import Condition
from data_sources.dialects.frame_rule import kinds_of
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where

WHATS: Final = frozenset({"equity", "positions"})
"""What can be claimed: an account's equity, and how many positions it has open."""


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Which events claim something, and how far they are believed.

    what   one of `WHATS`
    when   what must hold for an event; always names kinds
    kinds  the kinds that `when` asks for, as written
    value  paths into the event's attributes; the first that holds a number wins
    rank   1 is believed first
    """

    what: str
    when: Condition
    kinds: tuple[str, ...]
    value: tuple[KeyPath, ...]
    rank: int


def claim_rules(reader: Reader) -> tuple[ClaimRule, ...]:
    """All that a dialect's events claim, in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    return tuple(_rule(reader, ("claims", n)) for n in range(len(reader.entries(("claims",), []))))


def _rule(reader: Reader, where: Where) -> ClaimRule:
    reader.only(where, {"what", "when", "value", "rank"})
    rank = reader.number((*where, "rank"), 0.0)
    if rank < 1 or not rank.is_integer():
        reader.refuse((*where, "rank"), f"was {rank:g}; it must be a whole number from 1 on")
    return ClaimRule(
        reader.choice((*where, "what"), set(WHATS), ""),
        reader.condition((*where, "when")),
        tuple(kinds_of(reader, (*where, "when"))),
        reader.paths((*where, "value")),
        int(rank),
    )
