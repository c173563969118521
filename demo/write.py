"""Write a session as fast as the disk takes it, for tests and benchmarks."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from demo.aurora import AuroraBot
from demo.aurora.timeline import NS
from demo.folder import Folder, Written

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate()` wrote: its size, and by session what its lines add up to."""

    written: Written
    truth: dict[str, Counter[str]]
    start_ns: int
    end_ns: int


def generate(
    path: Path,
    n_events: int,
    seed: int = 7,
    start_ns: int | None = None,
    rate: float = 1_000.0,
    bad_ratio: float = 0.0,
) -> Generated:
    """Write the first lines of a bot's life.

    Args:
        path: a file `….jsonl` for one events file alone, else a folder of sessions and order files.
        n_events: good lines, of all files together; about 320 bytes each.
        seed: the same seed writes the same events.
        start_ns: of the first line; when missing, the last line is of about now.
        rate: event lines a second.
        bad_ratio: bad lines added for each good event line.
    """
    if start_ns is None:
        start_ns = time.time_ns() - round(n_events / rate * NS)
    single = path.suffix == ".jsonl"
    bot = AuroraBot(Random(seed), rate=rate, start_ns=start_ns, sessions=not single)
    root = path.parent if single else path
    folder = Folder(root, start_ns=start_ns, bad_ratio=bad_ratio, random=Random(seed))
    end_ns = start_ns
    lines = islice(bot, n_events)
    try:
        while batch := list(islice(lines, BATCH)):
            if single:
                batch = [line._replace(file=path.name) for line in batch]
            folder.write(batch)
            end_ns = batch[-1].ts_ns
    finally:
        folder.close()
    return Generated(folder.written, bot.truth, start_ns, end_ns)
