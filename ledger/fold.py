"""What the fold keeps beside the rows: small dtypes and rules shared by the ledger and its view."""

from __future__ import annotations

from typing import Final

TWIN: Final = "telemetry.twin."
"""Prefix of the kind of a line that only repeats what an events file beside it says."""

EVENT_LOG: Final = {
    "ts": "int64",
    "group": "int32",
    "seconds": "float64",
    "generation": "int32",
    "raw_offset": "int64",
}
TRANSITION_LOG: Final = {
    "ts": "int64",
    "group": "int32",
    "seconds": "float64",
    "row": "int64",
    "session": "int32",
}
FILL_LOG: Final = {
    "ts": "int64",
    "row": "int64",
    "quantity": "float64",
    "price": "float64",
    "session": "int32",
    "generation": "int32",
    "raw_offset": "int64",
}
LEARNED_LOG: Final = {
    "ts": "int64",
    "row": "int64",
    "which": "int32",
    "before": "int32",
    "session": "int32",
}

DECIDING: Final = frozenset(
    {
        "route.decided",
        "risk.decision",
        "order.submitted",
        "order.accepted",
        "order.filled",
        "order.denied",
    }
)
"""Kinds whose latency is a decision latency: to refuse is to decide as well."""

LIVED: Final = frozenset(
    {
        "order.submitted",
        "order.accepted",
        "order.partially_filled",
        "order.filled",
        "order.canceled",
        "order.rejected",
        "order.expired",
    }
)
"""Kinds that are counted as steps of an order's life, not as events."""

ACTING: Final = DECIDING | {
    "signal",
    "order.skipped",
    "order.canceled",
    "order.rejected",
    "order.partially_filled",
}
"""Kinds that show a bot at work, not merely alive."""

NOTABLE: Final = frozenset(
    {
        "governance.alpha",
        "governance.sprt",
        "governance.transition",
        "breaker.changed",
        "ess.changed",
        "golive.changed",
        "failover",
        "error",
        "alert",
        "health",
    }
)
"""Rare kinds whose whole rows are kept for a while."""

STAGES: Final = {"accepted": "order_ack", "first_fill": "first_fill"}
"""The latency stage that a transition measures."""
