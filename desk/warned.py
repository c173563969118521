"""What a viewer must know of how a source was read, though nothing is wrong with it now."""

from __future__ import annotations

import pandas as pd

from data_sources.reading import Counts


def warnings(
    counts: Counts, timezone: str | None = None, last: tuple[int, str] | None = None
) -> list[str]:
    """Return a sentence for each thing that was lost or guessed; of most sources none.

    Args:
        counts: of the source.
        timezone: what it was told of times without a zone.
        last: when the last line was read that was set aside, int64 ns, and why.
    """
    said = []
    if bad := sum(counts.quarantined.values()):
        said.append(f"{_number(bad, 'line')} set aside{_last(last)}")
    if counts.missed:
        said.append(
            f"{_number(counts.missed, 'file')} ended where nobody could look, gone or replaced "
            "before the end was read: lines may be lost"
        )
    if counts.nul_bytes:
        said.append(
            f"{_number(counts.nul_bytes, 'NUL byte')} passed over, left by a crash or by a writer "
            "that does not append: at most as many bytes of lines are lost"
        )
    if lost := counts.generations.get("lost"):
        said.append(f"{_number(lost, 'entry', 'entries')} of its streams gone before being read")
    if gaps := counts.generations.get("gaps"):
        said.append(
            f"{_number(gaps, 'gap')} in its stream, where nothing joined what came before: "
            "events may be lost"
        )
    if counts.naive:
        zone = timezone or "UTC, or as their dialect says"
        said.append(
            f"{_number(counts.naive, 'time')} without a zone, read as {zone}: where the bot means "
            "another one, give this source its timezone"
        )
    if counts.untimed:
        said.append(
            f"{_number(counts.untimed, 'record')} without a time that can be read: no window "
            "counts them, only all"
        )
    return said


def _last(last: tuple[int, str] | None) -> str:
    if last is None:
        return ""
    ts_ns, reason = last
    return f" (last: {reason}, {pd.Timestamp(ts_ns, unit='ns'):%Y-%m-%d %H:%M:%S} UTC)"


def _number(n: int, one: str, more: str = "") -> str:
    return f"{n:,} {one if n == 1 else more or one + 's'}"
