"""Whether a run is active, stale, finished, empty or unreadable, and why."""

from __future__ import annotations

from data_sources.run_folders.run_folder import RunFolder

ACTIVE, STALE, FINISHED, EMPTY, UNREADABLE = "active", "stale", "finished", "empty", "unreadable"


def run_state(
    run: RunFolder, now_ns: int, stale_after_seconds: float | None = None
) -> tuple[str, str | None]:
    """The state and its reason.

    finished    it wrote that it is over
    active      its newest step is young enough: younger than ten minutes, or than one and a half of
                the batches in which it writes, whichever is longer
    stale       its newest step is older than that, and it never said that it is over
    empty       no step yet
    unreadable  its files cannot be read, and never could

    Args:
        run: after a look.
        now_ns: this moment.
        stale_after_seconds: instead of the time that follows from the run's own pace.

    Returns:
        The reason is None where the state needs none; of an active run it is after which silence it
        would be stale. It holds no ages, so that it is another text only when something happened.
    """
    meta, figures = run.meta, run.table.figures
    if meta is None:
        return UNREADABLE, run.problem
    if run.table.problem and not figures.steps:
        return UNREADABLE, run.problem
    if run.has_ended:
        unclear = "its end time cannot be read" if run.finished is None else None
        return FINISHED, _joined(unclear, run.problem)
    if not figures.steps:
        there = "its events file has no step" if run.table.stamp else "it has no events file"
        return EMPTY, _joined(there, run.problem)
    after = stale_after_seconds or meta.stale_after_seconds
    if figures.newest is not None:
        newest_ns, evidence = figures.newest.value, "no step since"
    else:
        newest_ns = run.table.stamp.mtime_ns if run.table.stamp else 0
        evidence = "its steps name no time; its file was last written at"
    at = _utc(newest_ns)
    if now_ns - newest_ns <= after * 1e9:
        told = f"stale when it is silent for more than {after / 60:g} min"
        untimed = f"{evidence} {at}" if figures.newest is None else None
        return ACTIVE, _joined(untimed, run.problem, told)
    return STALE, _joined(f"{evidence} {at}, more than {after / 60:g} min", run.problem)


def _utc(ns: int) -> str:
    import pandas as pd

    return f"{pd.Timestamp(ns, unit='ns', tz='UTC'):%Y-%m-%dT%H:%M:%SZ}"


def _joined(*texts: str | None) -> str | None:
    return "; ".join(text for text in texts if text) or None
