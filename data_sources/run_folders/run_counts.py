"""What all runs together hold: steps and lines taken, and those set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from data_sources.reading import Counts, Quarantined
from data_sources.run_folders.run_folder import RunFolder

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
    """The rows of tables and lines of alerts that are set aside now, each where it stands."""
    found = [each for run in runs for each in _set_aside(run)]
    return tuple(found[-MOST_QUARANTINED:])


def _set_aside(run: RunFolder) -> Iterator[Quarantined]:
    if run.table.path is not None:
        file = f"{run.folder}/{run.table.path.name}"
        for row in run.table.figures.bad:
            yield Quarantined(BAD_ROW, file, file, *row)
    for at, length, reason, head in run.alerts.bad:
        file = run.alerts_name
        yield Quarantined(reason, file, file, run.alerts_begin + at, length, head)
