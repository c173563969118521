"""Which key names the event, and which of its words are usual ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from data_sources.guessing.choice import Choice, is_text
from data_sources.guessing.keys import Key
from data_sources.guessing.order_words import WORDS, meaning, meanings
from data_sources.guessing.usual_names import named
from data_sources.lines.transforms import side

MOST_WORDS: Final = 200
NAMELESS_RATIO: Final = 0.6
USUAL_RATIO: Final = 0.5
"""So many words of a key that is not called a code are usual ones."""
USUAL_TEXTS_RATIO: Final = 0.2
"""Of a log's messages (`msg` of pino and bunyan) many are no events."""
_NO_CODES: Final = ("reason", "side", "symbol", "currency", "venue", "time")


@dataclass(frozen=True, slots=True)
class Codes:
    """The keys that name events, the first that is there wins, and what their words mean.

    counts  code → how many lines of the sample have it
    """

    choices: tuple[Choice, ...] = ()
    kinds: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    by_line: dict[int, str] = field(default_factory=dict)
    why: tuple[str, ...] = ()

    def kind_at(self, line: int) -> str | None:
        """The kind of a line of the sample, None where its code has no usual meaning."""
        return self.kinds.get(self.by_line.get(line, ""))

    @property
    def order_lines(self) -> list[int]:
        """The lines that tell of an order."""
        return [line for line in self.by_line if self.kind_at(line) in WORDS]


def codes_of(keys: Sequence[Key], taken: set[str]) -> Codes:
    """Find the keys that name the event: those whose words are the usual ones, then by name.

    What is told of a part of a line names the event where nothing else tells of orders.
    """
    own, parts = set(taken), set(taken)
    found = _codes([key for key in keys if key.of_line], own)
    if not found.order_lines:
        deeper = _codes([key for key in keys if not key.of_part], parts)
        if deeper.order_lines:
            found, own = deeper, parts
    taken |= own
    return found


def _codes(keys: Sequence[Key], taken: set[str]) -> Codes:
    rated = sorted(
        ((_rating(key), -place, key) for place, key in enumerate(keys) if _may_name(key, taken)),
        reverse=True, key=lambda each: each[:2],
    )  # fmt: skip
    rated = [each for each in rated if each[0] > (0, 0.0)]
    if not rated:
        return Codes()
    chosen: list[Key] = []
    by_line: dict[int, str] = {}
    for _, _, key in rated:
        if set(key.values) - set(by_line):
            chosen.append(key)
            by_line = {**{line: str(v) for line, v in key.values.items()}, **by_line}
    counts = Counter(by_line.values())
    kinds, why = meanings(counts)
    taken |= {key.path for key in chosen if not named(key, "text")}  # a message stays a text
    return Codes(
        tuple(map(_choice, chosen)), kinds, dict(counts.most_common()), by_line, tuple(why)
    )


def _may_name(key: Key, taken: set[str]) -> bool:
    if key.path in taken or len(key.texts) < len(key.values):
        return False
    texts = set(key.texts)
    if len(texts) > MOST_WORDS or max(map(len, texts)) > 64:
        return False
    if {side(text) for text in texts} <= {"buy", "sell"}:
        return False
    roles = [role for role in _NO_CODES if (name := named(key, role)) and name.ratio == 1]
    return named(key, "code") is not None or not roles


def _rating(key: Key) -> tuple[int, float]:
    """How many lines it gives a usual meaning, then how well it is named."""
    name = named(key, "code")
    usual = sum(meaning(text) is not None for text in key.texts)
    least = USUAL_TEXTS_RATIO if named(key, "text") else USUAL_RATIO
    if name is None and usual < least * len(key.values):
        return 0, 0.0
    return usual, 0.0 if name is None else name.ratio - name.rank / 1000


def _choice(key: Key) -> Choice:
    name = named(key, "code")
    usual = sum(meaning(text) is not None for text in key.texts) / len(key.values)
    named_as = "a usual name" if name and name.ratio == 1 else "its words"
    seen = len(set(key.texts))
    why = f"{named_as}; {usual:.0%} of its values are words with a usual meaning, {seen} different"
    sure = (name.ratio if name else NAMELESS_RATIO) * (0.5 + 0.5 * usual)
    assert all(map(is_text, key.texts))
    return Choice("code", key.path, round(sure, 3), why)
