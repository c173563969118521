"""The garbage collector of a process that takes events by the hundred thousand."""

from __future__ import annotations

import gc


def calm_the_collector() -> None:
    """Keep the garbage collector out of the way; to be called once, before the desk starts.

    With its default thresholds it takes half of the time of a backfill and finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
