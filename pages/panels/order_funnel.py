"""What became of the orders of the window: from the wish to the fill, and every way out."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.element import Props
from components.funnel import Stage, StageValue, funnel, funnel_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count
from metrics.orders import OrderCounts, order_counts
from metrics.pending import Pending, pending
from metrics.ratio import ratio
from metrics.submitted_fates import SubmittedFates, submitted_fates
from pages.panels.frame import knows_events

ID: Final = "funnel"

STAGES: Final = (
    Stage("submitted", "Submitted", "orders_submitted", hint="Opening orders sent"),
    Stage("ack", "Acknowledged", "orders_ack", hint="Accepted by the venue"),
    Stage(
        "partial",
        "Partially filled",
        "orders_partially_filled",
        hint="Had a partial fill, whatever came after",
    ),
    Stage("filled", "Filled", "orders_filled", hint="Filled whole"),
    Stage("cancelled", "Canceled", "orders_cancelled", minor=True, hint="Without the expired"),
    Stage("expired", "Expired", "orders_expired", minor=True, hint="Told, or past its time"),
    Stage("failed", "Failed", "orders_failed", minor=True, hint="Rejected by the venue"),
    Stage(
        "pending",
        "Pending now",
        "pending_pending_orders",
        minor=True,
        hint="Without an end at this moment, whatever the window: not a share of it",
    ),
    Stage("denied", "Denied before", "orders_denied", minor=True, hint="Never sent: gates refused"),
    Stage("skipped", "Skipped before", "orders_skipped", minor=True, hint="Never sent: let pass"),
    Stage("orphans", "Orphans", "orders_orphans", minor=True, hint="Acks or fills without submit"),
    Stage("closes", "Closes sent", "orders_closes_submitted", minor=True, hint="Closing orders"),
    Stage("closes-ack", "Closes done", "orders_closes_ack", minor=True, hint="Closes acknowledged"),
)

_SHARES: Final = (
    "Counts are what happened in this window; shares are of the orders submitted in it, as they "
    "stand now."
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    return panel(ID, "Funnel of opening orders", funnel(ID, STAGES, "submitted"), span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give counts, shares of what was submitted, and the shares' Wilson intervals."""
    found: OrderCounts = view.measure(order_counts)
    fates: SubmittedFates = view.measure(submitted_fates)
    waiting: Pending = view.measure(pending)
    known = knows_events(view)
    numbers = {
        "submitted": found.submitted,
        "ack": found.ack,
        "partial": found.partially_filled,
        "filled": found.filled,
        "cancelled": found.cancelled,
        "expired": found.expired,
        "failed": found.failed,
        "pending": waiting.pending_orders,
        "denied": found.denied,
        "skipped": found.skipped,
        "orphans": found.orphans,
        "closes": found.closes_submitted,
        "closes-ack": found.closes_ack,
    }
    values = [
        _value(numbers[stage.key], fates.reached.get(stage.key), fates.n)
        if known
        else StageValue(None)
        for stage in STAGES
    ]
    return {
        **panel_props(ID, origin, f"n = {count(found.submitted)} submitted"),
        **funnel_props(ID, STAGES, values, _note(found, fates) if known else ""),
    }


def _value(number: int, reached: int | None, submitted: int) -> StageValue:
    if reached is None:
        return StageValue(number)
    share = ratio(reached, submitted)
    return StageValue(number, share.value, share.low, share.high)


def _note(found: OrderCounts, fates: SubmittedFates) -> str:
    """Say what the shares are of, and which orders are in the counts alone."""
    said = [_SHARES]
    if fates.n < found.submitted:
        said.append(f"Of those, the newest {count(fates.n)} are known one by one.")
    if found.orphans:
        orphans = "1 orphan" if found.orphans == 1 else f"{count(found.orphans)} orphans"
        said.append(f"{orphans} (answered, but no log has the submit) in the counts, in no share.")
    return " ".join(said)
