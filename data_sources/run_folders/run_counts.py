"""What all runs together hold: steps and lines taken, and those set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from data_sources.reading import Counts, Quarantined
from data_sources.run_folders.run_folder import ALERTS, RunFolder

BAD_ROW: Final = "bad_row"
MOST_QUARANTINED: Final = 1_000


def counts_of(runs: Iterable[RunFolder]) -> Counts:
    """Steps and lines of alerts in the files as they are now; `lines_in` is their sum."""
    counts = Counts()
    reasons: Counter[str] = Counter()
    for run in runs:
        figures, alerts = run.table.figures, run.alerts
        counts.lines_in += figures.steps + figures.bad_rows + alerts.lines
        counts.accepted += figures.steps + alerts.accepted
        counts.blank += alerts.blank
        counts.naive += run.naive
        counts.untimed += figures.untimed + alerts.untimed
        counts.bytes_read += run.table.bytes_read
        reasons[BAD_ROW] += figures.bad_rows
        reasons.update(reason for _, _, reason, _ in alerts.bad)
    counts.quarantined = {reason: n for reason, n in reasons.items() if n}
    return counts


def quarantined_of(runs: Iterable[RunFolder]) -> tuple[Quarantined, ...]:
    """The lines of alerts that are set aside; bad rows of tables are only counted."""
    found = [
        Quarantined(reason, f"{run.folder}/{ALERTS}", f"{run.folder}/{ALERTS}", at, length, head)
        for run in runs
        for at, length, reason, head in run.alerts.bad
    ]
    return tuple(found[-MOST_QUARANTINED:])
