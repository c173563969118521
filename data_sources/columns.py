"""The columns of the event frame, the one agreed shape that every stream gives."""

from typing import Final

TIME_COLUMNS: Final = ("ts_event", "ts_received")
CATEGORY_COLUMNS: Final = (
    "source",
    "system",
    "account_id",
    "session_id",
    "kind",
    "code",
    "symbol",
    "side",
    "position_effect",
    "route",
    "decision",
    "venue",
    "strategy_id",
    "reason",
    "currency",
    "raw_generation",
)
NUMBER_COLUMNS: Final = ("quantity", "price", "latency_seconds", "confidence_ratio", "value")
TEXT_COLUMNS: Final = ("client_order_id", "venue_order_id", "text", "attributes")
INTEGER_COLUMNS: Final = ("raw_offset",)

EVENT_COLUMNS: Final = (
    "ts_event",
    "ts_received",
    "source",
    "system",
    "account_id",
    "session_id",
    "kind",
    "code",
    "symbol",
    "side",
    "position_effect",
    "client_order_id",
    "venue_order_id",
    "quantity",
    "price",
    "route",
    "decision",
    "venue",
    "strategy_id",
    "reason",
    "latency_seconds",
    "confidence_ratio",
    "value",
    "currency",
    "text",
    "attributes",
    "raw_generation",
    "raw_offset",
)

KINDS: Final = frozenset(
    {
        "order.submitted",
        "order.accepted",
        "order.partially_filled",
        "order.filled",
        "order.canceled",
        "order.denied",
        "order.rejected",
        "order.expired",
        "order.skipped",
        "order.cancel_requested",
        "route.decided",
        "signal",
        "risk.decision",
        "ess.changed",
        "breaker.changed",
        "golive.changed",
        "governance.alpha",
        "governance.sprt",
        "governance.transition",
        "failover",
        "equity",
        "position",
        "trade.closed",
        "health",
        "heartbeat",
        "error",
        "alert",
        "narration",
        "stress.result",
        "other",
    }
)
"""The agreed kinds; a kind below `telemetry.` is agreed too."""
