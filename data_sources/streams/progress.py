"""What a read of streams moves: the positions, and the counts of what was told or lost before."""

from __future__ import annotations

from collections.abc import Mapping

from data_sources.reading import Counts
from data_sources.streams.fetch import Taken
from data_sources.streams.position import Position


def advance(positions: Mapping[str, Position], taken: Taken, counts: Counts) -> dict[str, int]:
    """Move the positions on; entries that were told before are counted and taken out of *taken*.

    Returns:
        stream → entries that were gone before they were read.
    """
    lost = {}
    for name, position in positions.items():
        if name in taken.restarted:
            counts.generations["restarted"] = counts.generations.get("restarted", 0) + 1
            taken.entries.pop(name, None)
            taken.full.add(name)
            continue
        rows = taken.entries.get(name, [])
        fresh = [row for row in rows if not position.was_told(*row)]
        told = len(rows) - len(fresh)
        if told:
            taken.entries[name] = fresh
            counts.lines_in += told
            counts.duplicates += told
            counts.bytes_read += sum(sum(map(len, pairs)) for _, pairs in rows)
            counts.bytes_read -= sum(sum(map(len, pairs)) for _, pairs in fresh)
        ids = [entry_id for entry_id, _ in rows]
        missing = position.took(ids, taken.facts.get(name), all_taken=name not in taken.full)
        position.marks.took(rows)
        if missing:
            lost[name] = missing
    return lost
