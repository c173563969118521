"""The stages of latency as every panel names them."""

from __future__ import annotations

from typing import Final, NamedTuple

from formats import milliseconds, milliseconds_interval
from metrics.percentiles import Percentile


class Stage(NamedTuple):
    """A stage: its name in the metrics, in words, in `/status`, and between which moments it is."""

    name: str
    label: str
    metric: str
    hint: str


STAGES: Final = (
    Stage("decision", "Decision", "latency_decision_ms", "As the bot states it for each decision"),
    Stage("order_ack", "Order ack", "latency_order_ack_ms", "Submit → acknowledgement, not reject"),
    Stage(
        "first_fill",
        "First fill",
        "latency_to_first_fill_ms",
        "Submit → first fill, whole or partial, of opening orders",
    ),
)

STAGE_OF: Final = {stage.name: stage for stage in STAGES}


def bounds_text(one: Percentile) -> str:
    """Give a percentile's 95 % interval in brackets; nothing where none is supported."""
    if one.low is None and one.high is None:
        return ""
    return f"[{milliseconds_interval(one.low, one.high)}]"


def value_text(one: Percentile) -> str:
    """Give a percentile in milliseconds, `—` where n does not support it."""
    return milliseconds(one.value)
