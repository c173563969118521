"""Which route the bot chose for its orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metrics.base import metric
from metrics.ratio import Ratio, ratio
from metrics.rows import Row, Table, rows_of
from metrics.tally import counts_by

_EXECUTED: Final = ("order.filled", "order.partially_filled")
_TAKEN: Final = ("maker", "taker")


@dataclass(frozen=True, slots=True)
class RouteCounts:
    """Decisions of the window by route. They are decisions: a gate may still stop the order."""

    maker: int
    taker: int
    deny: int
    cancel: int


@metric(unit="count", needs=("tally_rows",))
def route_counts(tally_rows: Table) -> RouteCounts:
    """Count route decisions by maker, taker, deny and cancel. Unit: decisions.

    A decision to deny the route is a denial as well; it counts here and among the denied. A session
    that tells no decision for a route, as a set of executions, has its routes from the executions
    whose own lines say maker or taker.
    """
    rows = rows_of(tally_rows)
    deciding = {
        _session(row) for row in rows if row["what"] == "route.decided" and row["route"] in _TAKEN
    }
    counts = counts_by(
        rows,
        "route",
        lambda row: _is_decision(row) or (_was_taken(row) and _session(row) not in deciding),
    )
    return RouteCounts(*(counts.get(name, 0) for name in ("maker", "taker", "deny", "cancel")))


@metric(unit="ratio", needs=("tally_rows",))
def taker_ratio(tally_rows: Table) -> Ratio:
    """Give taker / (maker + taker) of `route_counts`, 0–1, with its 95 % Wilson interval."""
    counts = route_counts(tally_rows)
    return ratio(counts.taker, counts.maker + counts.taker)


def _is_decision(row: Row) -> bool:
    what = row["what"]
    if what in ("order.denied", "order.denied.repeat"):
        return bool(row["route"] == "deny")
    return bool(what == "route.decided")


def _was_taken(row: Row) -> bool:
    """Tell whether the row is of executions whose own lines say maker or taker."""
    return row["what"] in _EXECUTED and row["route"] in _TAKEN


def _session(row: Row) -> tuple[str | None, str | None]:
    return row["source"], row["session_id"]
