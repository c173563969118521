"""What is wrong although the connection stands."""

from __future__ import annotations

from typing import Final

from data_sources.event_stream.intake import Intake
from data_sources.reading import Reading

SHOWN_NS: Final = 600 * 10**9
"""How long a gap or an overflow stays the state of the source; they stay counted for good."""
HOPELESS_EVENTS: Final = 100
"""After so many events without a good one the origin is no stream that we can read."""


class Trouble:
    """Remembers when something was lost, and says what state that makes."""

    def __init__(self) -> None:
        self._gap_ns: int | None = None
        self._overflow_ns: int | None = None

    def note(self, now_ns: int, *, gap: bool, overflow: bool) -> None:
        """Note what the newest events showed."""
        if gap:
            self._gap_ns = now_ns
        if overflow:
            self._overflow_ns = now_ns

    def verdict(self, intake: Intake, health: Reading | None, now_ns: int) -> tuple[str, str]:
        """State and detail of an open connection.

        Args:
            intake: for its counts.
            health: the last answer of the health endpoint.
            now_ns: this moment, epoch nanoseconds.
        """
        counts = intake.counts
        bad = sum(counts.quarantined.values())
        if not counts.accepted and bad >= HOPELESS_EVENTS:
            most = max(counts.quarantined, key=lambda reason: counts.quarantined[reason])
            return "bad_payload", f"none of {bad} events can be used (most: {most})"
        if health is not None and health.state in ("down", "degraded"):
            return "degraded", f"the stream is open, but {health.problem}"
        if _recent(self._overflow_ns, now_ns):
            lost = counts.quarantined.get("overflow", 0)
            return "degraded", (
                f"{lost} events came faster than they could be taken and were dropped; "
                "raise buffer_bytes"
            )
        if _recent(self._gap_ns, now_ns):
            return "degraded", (
                "after a lost connection nothing joined on to what was told before: events may be "
                f"missing (gaps so far: {intake.replay.gaps}); compare with the origin's own lists"
            )
        return "ok", ""


def _recent(then_ns: int | None, now_ns: int) -> bool:
    return then_ns is not None and now_ns - then_ns < SHOWN_NS
