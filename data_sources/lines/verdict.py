"""Whether a log that can be opened is one that can be read."""

from __future__ import annotations

from typing import Final

from data_sources.reading import Counts

HOPELESS_LINES: Final = 100
"""After so many lines without a good one the origin is no log that we can read."""


def judged(state: str, problem: str | None, counts: Counts, path: str) -> tuple[str, str | None]:
    """State and problem of a log whose files are as told: `bad_payload` where no line is of use."""
    bad = sum(counts.quarantined.values())
    if state != "ok" or counts.accepted or bad < HOPELESS_LINES:
        return state, problem
    most = max(counts.quarantined, key=lambda reason: counts.quarantined[reason])
    return "bad_payload", (
        f"none of the {bad} lines below {path} can be used (most: {most}); "
        "is it a log of JSON lines?"
    )
