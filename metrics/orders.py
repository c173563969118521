"""The funnel of orders: how many were submitted, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from metrics.base import metric
from metrics.ratio import Ratio, ratio
from metrics.rows import Table
from metrics.tally import events_total, totals


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """Counts of the window. All but the `closes_…` count opening orders.

    ack               accepted by the venue, an immediate fill included
    filled            filled whole; an acknowledged close is a close done, not a fill
    partially_filled  orders that had a partial fill, whatever came after
    cancelled         canceled, without the expired
    denied            refused by the bot's own gates before the venue saw them
    failed            rejected by the venue
    skipped           opens that the bot let pass without a denial
    untimed           events of orders that name no time; they are in no other count here
    unknown           over, by the close of their day, and no log told how they ended
    orphans           acknowledgements or fills whose submit is not in the log
    """

    submitted: int
    ack: int
    filled: int
    partially_filled: int
    cancelled: int
    expired: int
    denied: int
    failed: int
    skipped: int
    orphans: int
    untimed: int
    closes_submitted: int
    closes_ack: int
    unknown: int = 0


@metric(unit="count", needs=("tally_rows",))
def order_counts(tally_rows: Table) -> OrderCounts:
    """Count the orders of the window by what happened to them.

    Unit: orders. Formula: sums of the tally by transition; denials and skips are events, because
    an order that was never sent has no life. A skipped open that is also denied is one denial.
    """
    found = totals(tally_rows)

    def opens(what: str) -> int:
        return found.get((what, False), 0)

    def closes(what: str) -> int:
        return found.get((what, True), 0)

    def both(what: str) -> int:
        return opens(what) + closes(what)

    return OrderCounts(
        submitted=opens("submitted"),
        ack=opens("accepted"),
        filled=opens("filled"),
        partially_filled=opens("first_partial"),
        cancelled=opens("canceled"),
        expired=opens("expired"),
        denied=both("order.denied"),
        failed=opens("rejected"),
        skipped=max(0, both("order.skipped") - both("skip_absorbed")),
        untimed=both("untimed"),
        orphans=both("orphan") - both("orphan_claimed"),
        closes_submitted=closes("submitted"),
        closes_ack=closes("accepted"),
        unknown=opens("unknown"),
    )


@metric(unit="ratio", needs=("tally_rows",))
def fill_ratio(tally_rows: Table) -> Ratio:
    """Give filled / submitted of opening orders, 0–1, with its 95 % Wilson interval.

    None when nothing was submitted. Above 1 at the window's edge: fills of orders that were
    submitted before the window began; the result says so.
    """
    counts = order_counts(tally_rows)
    edge = "More fills than submits in this window: some orders were submitted before it began."
    found = ratio(counts.filled, counts.submitted, warning_above_one=edge)
    if found.warning is None and counts.orphans and counts.filled:
        strangers = f"Up to {counts.orphans} of the fills are of orders without a submit."
        found = replace(found, warning=strangers)
    return found


@metric(unit="ratio", needs=("tally_rows",))
def deny_ratio(tally_rows: Table) -> Ratio:
    """Give denied / (denied + submitted) of opening orders, 0–1, with its 95 % Wilson interval.

    The denominator is what wanted to become an order: what was sent and what was refused.
    """
    counts = order_counts(tally_rows)
    return ratio(counts.denied, counts.denied + counts.submitted)


@metric(unit="count", needs=("tally_rows",))
def window_events(tally_rows: Table) -> int:
    """Count the events of the window, every accepted record of the origin once. Unit: events."""
    return events_total(tally_rows)
