"""Which route the bot chose for its orders."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from metrics.base import metric
from metrics.ratio import Ratio, ratio
from metrics.tally import counts_by, mask


@dataclass(frozen=True, slots=True)
class RouteCounts:
    """Decisions of the window by route. They are decisions: a gate may still stop the order."""

    maker: int
    taker: int
    deny: int
    cancel: int


@metric(unit="count", needs=("tally",))
def route_counts(tally: pd.DataFrame) -> RouteCounts:
    """Count route decisions by maker, taker, deny and cancel. Unit: decisions.

    A decision to deny the route is a denial as well; it counts here and among the denied.
    """
    decided = mask(tally, "what", ("route.decided",))
    denied = mask(tally, "what", ("order.denied", "order.denied.repeat"))
    rows = decided | (denied & mask(tally, "route", ("deny",)))
    counts = counts_by(tally, "route", rows)
    return RouteCounts(*(counts.get(name, 0) for name in ("maker", "taker", "deny", "cancel")))


@metric(unit="ratio", needs=("tally",))
def taker_ratio(tally: pd.DataFrame) -> Ratio:
    """Give taker / (maker + taker) of the route decisions, 0–1, with its 95 % Wilson interval."""
    counts = route_counts(tally)
    return ratio(counts.taker, counts.maker + counts.taker)
