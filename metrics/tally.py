"""How to count in a view's tally: one row a distinct combination, `n` times seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from metrics.rows import Row, Table, rows_of

TRANSITIONS: Final = frozenset(
    {
        "submitted",
        "accepted",
        "first_partial",
        "first_fill",
        "filled",
        "canceled",
        "rejected",
        "expired",
        "unknown",
        "denied",
        "orphan",
        "orphan_claimed",
        "skip_absorbed",
        "untimed",
    }
)
"""Values of `what` that are steps of an order's life; every other value is a kind of event."""

_TWIN: Final = "telemetry.twin."
"""Begins the kind of a line that only repeats what another event of its folder told."""


def totals(tally: Table) -> dict[tuple[str, bool], int]:
    """Give how often each thing happened, by (`what`, whether it closes a position).

    An unsaid position effect is an opening: the origin marks its closings only.
    """
    found: defaultdict[tuple[str, bool], int] = defaultdict(int)
    for row in rows_of(tally):
        found[row["what"], row["position_effect"] == "close"] += row["n"]
    return dict(found)


def events_total(tally: Table) -> int:
    """Give the number of events in the tally, steps of order lives left out."""
    return sum(row["n"] for row in rows_of(tally) if is_event(row["what"]))


@lru_cache(maxsize=4096)
def is_event(what: str | None) -> bool:
    """Tell whether it is an event: no step of an order's life, no twin of another event."""
    return what is not None and what not in TRANSITIONS and not what.startswith(_TWIN)


def sum_where(tally: Table, holds: Callable[[Row], bool]) -> int:
    """Give the sum of `n` over the rows for which the rule holds."""
    return sum(row["n"] for row in rows_of(tally) if holds(row))


def counts_by(tally: Table, column: str, holds: Callable[[Row], bool]) -> dict[str, int]:
    """Give the sums of `n` by the values of a column where the rule holds, biggest first."""
    sums: dict[str, int] = {}
    for row in rows_of(tally):
        word = row[column]
        if word is not None and holds(row):
            sums[word] = sums.get(word, 0) + row["n"]
    return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))
