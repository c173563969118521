"""The dialect that a source of the desk speaks."""

from __future__ import annotations

from functools import lru_cache

from data_sources.dialects.dialect import Dialect, built_in, load_dialect
from data_sources.lines.guess import GUESSED
from desk.origin import Origin


def dialect_of(origin: Origin) -> Dialect | None:
    """Return how a source's events are read, guessed or told; None where it has no dialect."""
    # What was guessed has a name; what was configured may be the path of a user's own file.
    name = str(getattr(origin.source, "dialect", ""))
    if name == "auto" or name in built_in():
        # A system whose logs and streams differ has a dialect for each: the source knows which.
        spoken = str(getattr(origin.source, "speaks", ""))
        name = spoken or ("" if name == "auto" else name)
    if name == GUESSED:  # there is no file of it: the source alone has it
        spoken_now: Dialect | None = getattr(origin.source, "spoken", None)
        return spoken_now
    return loaded(name) if name else None


@lru_cache(maxsize=64)
def loaded(name: str) -> Dialect:
    """Return a dialect as it was when it was first asked for: its source speaks it as it was then.

    Raises:
        DialectError: for a dialect that cannot be used.
    """
    return load_dialect(name)
