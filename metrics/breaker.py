"""Whether something has stopped the bot: its circuit breaker, a halt, a cool-off, a kill switch.

Each stop has its own way to end, and only that one ends it: a breaker by CLOSED, a halt by
RESUME, a cool-off or an escalation by its time or RESUME, a kill switch and a double escalation
by OPS.RESET, which ends all. So that a false "all clear" cannot arise, nothing else does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import pandas as pd

from metrics.base import metric
from metrics.rows import Row, Table, rows_of
from metrics.tally import sum_where, totals

COOL_OFF_SECONDS: Final = 120.0
"""How long the health guard cools off when the event does not say until when."""
GOVERNANCE_HALT_SECONDS: Final = 60.0
ESCALATION_PAIR_SECONDS: Final = 300.0
"""Two escalations within this time halt the bot until OPS.RESET."""
BURST_REJECTIONS: Final = 5
"""Rejections by rate limit or lost connection that would trip the exchange breaker …"""
BURST_RATIO: Final = 0.2
"""… when they are at least this share of what was submitted: a long window has some anyway."""

_DECISIONS: Final = ("open", "half_open", "closed")
"""What a breaker can say of itself; a state beyond these proves nothing either way."""
_BURST_REASONS: Final = ("WHY_RATE_LIMIT", "WHY_CONN_ERR")


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: what it is, whom it stops (a symbol, or None: everything), since and until when.

    state   `open`, or `half_open` while a breaker probes
    until   when it ends by itself; None: only an event ends it
    """

    name: str
    symbol: str | None
    state: str
    since: pd.Timestamp | None
    until: pd.Timestamp | None
    reason: str


@dataclass(frozen=True, slots=True)
class Breaker:
    """All stops at one moment.

    triggered   True while any stop holds; False when all have ended; None: nothing ever said
    reason      what the newest stop says; None when none holds
    stops       those that hold, the newest first
    suspected   None, or what looks like a stop that no event has told of
    """

    triggered: bool | None
    reason: str | None
    stops: tuple[Stop, ...]
    suspected: str | None


class _Word(NamedTuple):
    """One event that may stop or release: what the rules look at."""

    ts: pd.Timestamp | None
    source: str
    code: str
    decision: str
    symbol: str | None
    until: pd.Timestamp | None
    reason: str


@metric(unit="state", needs=("notable_rows", "at", "tally_rows"))
def breaker(notable_rows: Table, at: pd.Timestamp, tally_rows: Table) -> Breaker:
    """Tell whether anything stops the bot at a moment, by the events up to it.

    Rules: trigger = OPEN, HALT, COOL_OFF, ESCALATION, kill switch; end = CLOSED, RESUME, the
    stated time, OPS.RESET, each for its own kind of stop (see the file's own words).
    """
    held: dict[tuple[str, str, str | None], Stop] = {}
    heard = False
    for word in _words(notable_rows):
        heard = True
        _apply(word, held)
    active = [stop for stop in held.values() if stop.until is None or at < stop.until]
    active.sort(key=lambda stop: _ns(stop.since), reverse=True)
    return Breaker(
        triggered=bool(active) if heard else None,
        reason=active[0].reason if active else None,
        stops=tuple(active),
        suspected=_suspected(tally_rows),
    )


def _apply(word: _Word, held: dict[tuple[str, str, str | None], Stop]) -> None:
    """Let one event open or end stops."""
    if "OPS.RESET" in word.code:
        _end(held, word.source, all_of_them=True)
    elif "RESUME" in word.code:
        _end(held, word.source, all_of_them=False)
    else:
        name = _stop_name(word)
        key = (word.source, name, word.symbol)
        if word.decision == "closed":
            held.pop(key, None)
        else:
            held[key] = _opened(word, name, held.get(key))


def _end(held: dict[tuple[str, str, str | None], Stop], source: str, *, all_of_them: bool) -> None:
    lasting = () if all_of_them else ("breaker", "kill switch", "lasting halt")
    for key, stop in list(held.items()):
        if key[0] == source and stop.name not in lasting:
            del held[key]


def _opened(word: _Word, name: str, before: Stop | None) -> Stop:
    """Give the stop that an event opens, or renews."""
    state = "half_open" if word.decision == "half_open" else "open"
    until = word.until or _own_end(word, name)
    stop = Stop(name, word.symbol, state, word.ts, until, word.reason)
    if before is None:
        return stop
    if before.name == "lasting halt":
        return before
    if name == "escalation" and _close_together(before.since, word.ts):
        return replace(stop, name="lasting halt", until=None)
    return replace(stop, since=before.since) if name == "breaker" else stop


def _stop_name(word: _Word) -> str:
    for mark, name in (
        ("KILL_SWITCH", "kill switch"),
        ("EMERGENCY_STOP", "kill switch"),
        ("ESCALATION", "escalation"),
        ("COOL", "cool-off"),
        ("HALT", "governance halt" if word.code.startswith("GOVERNANCE") else "halt"),
    ):
        if mark in word.code:
            return name
    return "breaker"


def _own_end(word: _Word, name: str) -> pd.Timestamp | None:
    """Give when a stop ends that did not say so itself, by the bot's own rules."""
    lasts = {
        "cool-off": COOL_OFF_SECONDS,
        "escalation": COOL_OFF_SECONDS,
        "governance halt": GOVERNANCE_HALT_SECONDS,
    }.get(name)
    return None if lasts is None or word.ts is None else word.ts + pd.Timedelta(seconds=lasts)


def _close_together(first: pd.Timestamp | None, second: pd.Timestamp | None) -> bool:
    if first is None or second is None:
        return False
    return (second - first).total_seconds() <= ESCALATION_PAIR_SECONDS


def _words(notable: Table) -> Iterator[_Word]:
    """Give the events that stop or release, ascending."""
    for row in rows_of(notable):
        if row.get("kind") == "breaker.changed" or _stops(row.get("code")):
            word = _word(row)
            if word.decision in _DECISIONS or _stop_name(word) != "breaker":
                yield word


@lru_cache(maxsize=4_096)
def _stops(code: str | None) -> bool:
    """Tell a code that stops the bot whatever kind its event was given."""
    if code is None:
        return False
    upper = code.upper()
    by_governance = upper.startswith("GOVERNANCE") and "HALT" in upper
    return by_governance or "KILL_SWITCH" in upper or "EMERGENCY_STOP" in upper


def _word(row: Row) -> _Word:
    code = str(row.get("code") or "").upper()
    what = row.get("text") or row.get("reason")
    return _Word(
        ts=row.get("ts_event"),
        source=str(row.get("source") or ""),
        code=code,
        decision=str(row.get("decision") or "").lower(),
        symbol=row.get("symbol"),
        until=_moment(row.get("value")),
        reason=f"{code}: {what}" if what and str(what).upper() != code else code,
    )


def _moment(seconds: Any) -> pd.Timestamp | None:
    """Give epoch seconds as a moment; None when it is none or no time can hold it."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < 9e9:
        return None
    return pd.Timestamp(round(seconds * 1e6), unit="us", tz="UTC")


def _ns(moment: pd.Timestamp | None) -> int:
    return 0 if moment is None else int(moment.as_unit("ns").value)


def _suspected(tally: Table) -> str | None:
    n = sum_where(
        tally, lambda row: row["what"] == "order.rejected" and row["reason"] in _BURST_REASONS
    )
    sent = sum(totals(tally).get(("submitted", closing), 0) for closing in (False, True))
    if n < BURST_REJECTIONS or n < BURST_RATIO * sent:
        return None
    return f"{n} of {max(n, sent)} orders rejected by rate limit or lost connection"
