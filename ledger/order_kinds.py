"""The kinds of event that make an order's life, by number."""

from __future__ import annotations

from typing import Final

TOLD: Final = {
    kind: number
    for number, kind in enumerate(
        (
            "order.submitted",
            "order.accepted",
            "order.partially_filled",
            "order.filled",
            "order.canceled",
            "order.rejected",
            "order.denied",
            "order.expired",
            "order.skipped",
            "route.decided",
        )
    )
}
REJECTED, DENIED, SKIPPED, ROUTED = (
    TOLD[kind] for kind in ("order.rejected", "order.denied", "order.skipped", "route.decided")
)
