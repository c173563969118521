"""Which route the bot chose for its orders."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.base import metric
from metrics.ratio import Ratio, ratio
from metrics.rows import Row, Table
from metrics.tally import counts_by


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

    A decision to deny the route is a denial as well; it counts here and among the denied.
    """
    counts = counts_by(tally_rows, "route", _is_decision)
    return RouteCounts(*(counts.get(name, 0) for name in ("maker", "taker", "deny", "cancel")))


@metric(unit="ratio", needs=("tally_rows",))
def taker_ratio(tally_rows: Table) -> Ratio:
    """Give taker / (maker + taker) of the route decisions, 0–1, with its 95 % Wilson interval."""
    counts = route_counts(tally_rows)
    return ratio(counts.taker, counts.maker + counts.taker)


def _is_decision(row: Row) -> bool:
    what = row["what"]
    if what in ("order.denied", "order.denied.repeat"):
        return bool(row["route"] == "deny")
    return bool(what == "route.decided")
