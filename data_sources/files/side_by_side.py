"""Does the same with many things in a few threads: for work that is done outside of Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

MOST_THREADS: Final = 4
FEW: Final = 8
"""For fewer things than these no thread is worth its start."""

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def side_by_side(make: Callable[[Thing], Made], things: Sequence[Thing]) -> list[Made]:
    """What `make` gives for each thing, in their order; all threads have ended by then.

    Raises:
        Exception: the first that `make` raised, in that order.
    """
    threads = min(MOST_THREADS, len(os.sched_getaffinity(0)))
    if len(things) < FEW or threads < 2:
        return [make(thing) for thing in things]
    with ThreadPoolExecutor(threads, thread_name_prefix="side-by-side") as pool:
        return list(pool.map(make, things))
