"""Lines that were too long to be read, as they are counted and told."""

from __future__ import annotations

from collections.abc import Sequence

from data_sources.lines.chunk import Oversize
from data_sources.lines.raw import escaped
from data_sources.reading import Counts, Quarantined


def set_aside(lines: Sequence[Oversize], counts: Counts) -> list[Quarantined]:
    """Count them, and return what is told of each."""
    if lines:
        counts.lines_in += len(lines)
        known = counts.quarantined
        known["oversize"] = known.get("oversize", 0) + len(lines)
    return [
        Quarantined("oversize", o.file, o.generation, o.offset, o.length, escaped(o.head))
        for o in lines
    ]
