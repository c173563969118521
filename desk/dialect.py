"""The dialect that a source of the desk speaks."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from data_sources.dialects.dialect import Dialect, built_in, load_dialect
from data_sources.lines.guess import GUESSED

if TYPE_CHECKING:
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


def system_of(origin: Origin) -> str:
    """Return the name by which a source's dialect goes; empty where it has none.

    Of a file of one's own that is the name that stands in it; of `auto` what was found out.
    """
    if origin.dialect == "auto":
        return str(getattr(origin.source, "speaks", "")) or origin.dialect
    return _name_in(origin.dialect) if origin.dialect.endswith(".toml") else origin.dialect


@lru_cache(maxsize=64)
def _name_in(path: str) -> str:
    """Return the name that a dialect's file gives it, else what the file is called."""
    try:
        name = tomllib.loads(Path(path).read_text("utf-8")).get("name")
    except (OSError, ValueError):  # it was read once, and a page needs only a name
        name = None
    return name if isinstance(name, str) and name else Path(path).stem


@lru_cache(maxsize=64)
def loaded(name: str) -> Dialect:
    """Return a dialect as it was when it was first asked for: its source speaks it as it was then.

    Raises:
        DialectError: for a dialect that cannot be used.
    """
    return load_dialect(name)
