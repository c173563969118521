"""Guesses a mapping for lines that no dialect recognizes, from the lines themselves.

It goes by what keys are usually called and by what stands behind them, says for each how sure it
is and why, and gives a dialect that can be used at once or written to a file and edited.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data_sources.dialects.dialect import Dialect, load_dialect, parse_dialect
from data_sources.errors import OriginError
from data_sources.guessing.choice import Choice
from data_sources.guessing.choose_code import Codes, codes_of
from data_sources.guessing.choose_columns import columns_of, in_parts, settle_fills
from data_sources.guessing.choose_equity import equity_of
from data_sources.guessing.choose_latency import latency_of
from data_sources.guessing.choose_level import level_of
from data_sources.guessing.choose_time import times_of
from data_sources.guessing.choose_trades import trades_of
from data_sources.guessing.keys import Key, has_details, keys_of
from data_sources.guessing.write_toml import toml_of
from data_sources.lines.decode import Decoder
from data_sources.lines.prefixed import parse_prefixed
from data_sources.lines.strict import BadLineError

GUESSED: Final = "guessed"
"""The name of a guessed dialect."""
_SHAPE: Final = ("client_order_id", "venue_order_id", "symbol", "side", "quantity", "price")
_LEAST_SHAPE: Final = 2
"""An order has at least so many of them; what only says ACCEPTED may be a login."""


@dataclass(frozen=True, slots=True)
class Guessed:
    """A guessed mapping.

    lines           lines sampled, blank ones not counted
    usable          how many of them are JSON objects
    accepted_ratio  share of the lines that this mapping reads, 0 to 1, found by reading them
    counted_ratio   share of the lines that become another kind than `other`
    sure_ratio      how sure the keys are on which counting rests; where nothing would be counted,
                    how sure the time is that `generic` does not find, else 0
    choices         the keys, each with its meaning, how sure it is and why
    codes           the words that name events, and the kinds they are taken for
    """

    lines: int
    usable: int
    accepted_ratio: float
    counted_ratio: float
    sure_ratio: float
    choices: tuple[Choice, ...] = ()
    codes: Codes = field(default_factory=Codes)
    _toml: str = ""

    @property
    def is_useful(self) -> bool:
        """Whether it counts anything."""
        return self.counted_ratio > 0

    @property
    def is_better(self) -> bool:
        """Whether it reads more than the dialect `generic`: what is counted, or when it was."""
        return self.sure_ratio > 0

    @property
    def why(self) -> str:
        """One sentence for a person."""
        if not self.is_useful:
            why = f"no event of {self.usable} lines is called by a usual name of trading"
            return f"{why}, but their time is found" if self.is_better else why
        return (
            f"guessed from {self.lines} lines: {self.counted_ratio:.0%} of them have a usual "
            f"meaning, {self.accepted_ratio:.0%} can be read"
        )

    def toml(self) -> str:
        """The text of a dialect file that reads such lines, with the reasons as comments."""
        return self._toml

    def dialect(self) -> Dialect:
        """The dialect itself, without a file."""
        return parse_dialect(self._toml, Path(f"{GUESSED}.toml"))

    def text(self) -> str:
        """The mapping for a person, one row a key."""
        rows = [
            f"{each.role} ← {each.path} (sure {each.sure_ratio:.0%}): {each.why}"
            for each in self.choices
        ]
        rows += [f"{code!r} → {kind}" for code, kind in self.codes.kinds.items()]
        return "\n".join([*rows, *self.codes.why])

    def write(self, path: str | Path) -> None:
        """Write the TOML to a new file.

        Raises:
            OriginError: when there is such a file already, which is never overwritten, or when it
                cannot be written.
        """
        try:
            with Path(path).open("x", encoding="utf-8") as file:
                file.write(self._toml)
        except FileExistsError:
            raise OriginError(f"{path} exists already and is not overwritten") from None
        except OSError as e:
            raise OriginError(f"{path}: cannot be written: {e.strerror}") from None


def guess(lines: Iterable[bytes], *, now_ns: int | None = None) -> Guessed:
    """Guess a mapping from lines (with or without their newlines).

    Args:
        lines: some hundred are enough; bad ones are passed over, but counted.
        now_ns: our time in epoch nanoseconds, ahead of which no event lies; the clock's if None.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    raw = [line.strip(b"\r\n").removeprefix(b"\xef\xbb\xbf") for line in lines if line.strip()]
    records = [record for line in raw if (record := _parsed(line)) is not None]
    if not records:
        return Guessed(len(raw), 0, 0.0, 0.0, 0.0)
    taken: set[str] = set()
    keys = keys_of(records)
    times = times_of(keys, now_ns, taken)
    level = level_of(keys, taken)  # before the words: an error is no event's name
    codes = codes_of(keys, taken)
    trades = trades_of(keys, codes, now_ns, taken)
    times += trades.times_beside(keys, times)
    equity = equity_of(keys, codes, taken)
    columns = columns_of(keys, codes, taken)
    client_id = columns["client_order_id"].path if "client_order_id" in columns else ""
    at = times[0].path if times else ""
    latency = latency_of(keys, at, client_id, codes, now_ns, taken)
    if latency is not None:
        columns["latency_seconds"] = latency
    if sum(role in columns for role in _SHAPE) < _LEAST_SHAPE:
        codes = _without_orders(codes)
    repeats = settle_fills(keys, codes, columns)
    choices = (*times, *codes.choices, *columns.values(), *trades.choices, *equity.values())
    choices += () if level is None else (level,)
    told_by, parts = _told_by(keys, codes, columns), in_parts(keys, codes, columns)

    def written(heading: list[str]) -> str:
        return toml_of(
            GUESSED, heading, times, codes, columns,
            with_details=has_details(records), told_by=told_by, fills_repeat=repeats,
            fills_are_parts=parts, trades=trades, equity=equity, level=level,
        )  # fmt: skip

    accepted, counted = _read(parse_dialect(written([]), Path(f"{GUESSED}.toml")), raw, now_ns)
    others = (*trades.choices, *equity.values())
    sure = _sure(times, codes, columns, others) if counted else _sure_of_time(times)
    toml = written(_heading(len(raw), accepted, counted, sure))
    ratios = accepted / len(raw), counted / len(raw)
    return Guessed(len(raw), len(records), *ratios, sure, choices, codes, toml)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        return parse_prefixed(line)
    except BadLineError:
        return None


def _without_orders(codes: Codes) -> Codes:
    """The same, but no word means an order."""
    kinds = {code: kind for code, kind in codes.kinds.items() if not kind.startswith("order.")}
    return Codes(codes.choices, kinds, codes.counts, codes.by_line)


def _told_by(keys: list[Key], codes: Codes, columns: dict[str, Choice]) -> str:
    """The key that every line of an order has, "" when there is none."""
    lines = set(codes.order_lines)
    by_path = {key.path: set(key.values) for key in keys}
    for role in ("client_order_id", "venue_order_id", "symbol"):
        if role in columns and lines and lines <= by_path[columns[role].path]:
            return columns[role].path
    return ""


def _read(dialect: Dialect, lines: list[bytes], now_ns: int) -> tuple[int, int]:
    """How many lines are accepted, and how many become another kind than `other`."""
    decoder = Decoder(dialect)
    columns, _ = decoder.decode(b"\n".join(lines) + b"\n", now_ns)
    if not len(columns):
        return 0, 0
    kinds = decoder.table.categoricals(columns.class_id)["kind"]
    return len(columns), int((kinds != "other").sum())


def _sure(
    times: list[Choice], codes: Codes, columns: dict[str, Choice], others: tuple[Choice, ...]
) -> float:
    """The least sure of the keys on which counting rests."""
    ids = [columns[r] for r in ("client_order_id", "venue_order_id") if r in columns]
    needed = [*times[:1], *codes.choices[:1], *ids[:1], *others]
    least = min(each.sure_ratio for each in needed)
    nameless = bool(codes.order_lines) and not ids  # which line is of which order, its place tells
    return least if times and not nameless else min(least, 0.5)


def _sure_of_time(times: list[Choice]) -> float:
    """How sure a time is that the dialect `generic` would not find, 0 where it would."""
    known = {path.text for path in load_dialect("generic").time}
    return times[0].sure_ratio if times and times[0].path not in known else 0.0


def _heading(lines: int, accepted: int, counted: int, sure: float) -> list[str]:
    return [
        f"Guessed from {lines} lines: {accepted} can be read, {counted} have a usual meaning;",
        f"sure {sure:.0%}. Look at every line of this file, change what is wrong, give it a name.",
        "docs/how-to-add-a-dialect.md says what may stand here; --explain FILE:LINE shows how a",
        "line is read.",
    ]
