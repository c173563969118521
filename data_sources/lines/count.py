"""Decoded lines in the counts of a source: each line once, under what became of it."""

from __future__ import annotations

from data_sources.lines.decode import BadLine
from data_sources.lines.decoded import Columns
from data_sources.reading import Counts


def count_lines(counts: Counts, columns: Columns, bad: list[BadLine]) -> None:
    """Add the lines of one piece to the counts; `columns` are those that were accepted."""
    counts.lines_in += columns.lines
    counts.blank += columns.blank
    counts.accepted += len(columns)
    counts.naive += columns.naive
    counts.untimed += columns.untimed
    for line in bad:
        counts.quarantined[line.reason] = counts.quarantined.get(line.reason, 0) + 1
