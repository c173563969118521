"""When a folder, and what may yet become a source in it, changed last."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from stat import S_ISREG
from typing import Final

from data_sources.lines.names import log_name
from data_sources.lone_files import TEXTS

Stamp = tuple[Path, int, int]
"""A path, its bytes (0 of a folder), its time of change in nanoseconds."""
MOST_FILES: Final = 10_000
"""So many files of a tree are looked at."""
MOST_TEXT_BYTES: Final = 64 << 10
"""A text of more has shown by its first lines what it is."""


def stamps(root: Path, read: Collection[Path] = ()) -> frozenset[Stamp]:
    """Return the stamps of all folders at and below one, and of files that may be written still.

    A folder's own time tells what came and went; not that a file that was there half is whole now.
    Those are parquet files and short texts. Links to folders are not followed.

    Args:
        root: a folder; what is none has no stamps.
        read: files and folders that are sources already: they, and the files in them, are left out.
    """
    found: set[Stamp] = set()
    looked = 0
    for name, _, files in os.walk(root):
        folder = Path(name)
        found.update(_stamp(folder))
        if folder in read:
            continue
        named = (folder / file for file in files if _may_be_unfinished(file))
        for file in islice((file for file in named if file not in read), MOST_FILES - looked):
            found.update(_stamp(file))
            looked += 1
    return frozenset(found)


def _may_be_unfinished(name: str) -> bool:
    return name.endswith(".parquet") or log_name(name, TEXTS) is not None


def _stamp(path: Path) -> Iterator[Stamp]:
    """Yield the stamp of a path; none of what is gone, or tells nothing new by its change."""
    try:
        status = path.stat()
    except OSError:
        return
    is_file = S_ISREG(status.st_mode)
    if not is_file or path.suffix == ".parquet" or status.st_size <= MOST_TEXT_BYTES:
        yield path, status.st_size if is_file else 0, status.st_mtime_ns
