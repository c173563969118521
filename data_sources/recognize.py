"""Asks every kind of source which folders are its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_sources.registry import discover

MOST_FOLDERS: Final = 10_000
"""So many folders below one are looked at."""


@dataclass(frozen=True, slots=True)
class Recognized:
    """A folder or file that a kind of source calls its own, and what it is told by.

    options  of the source, beside its kind and path
    """

    name: str
    path: Path
    kind: str
    why: str
    options: Mapping[str, str] = field(default_factory=dict)

    def table(self) -> dict[str, str]:
        """What stands in `[sources.<name>]`."""
        return {"kind": self.kind, "path": str(self.path), **self.options}


def kind_of(folder: Path, without: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """The kind that a folder (or one file) belongs to, and why; None when no kind knows it.

    A kind that can tell has a classmethod `recognizes(path) -> str | None`.
    """
    for kind, source_class in discover().items():
        recognizes = getattr(source_class, "recognizes", None)
        if recognizes is None or kind in without:
            continue
        why = recognizes(folder)
        if why:
            return kind, why
    return None


def recognized_below(root: Path) -> list[Recognized]:
    """The folders at and below *root* that are some kind's own, each once; links are not followed.

    *root* may be a file that a kind reads alone. What lies below a folder of a kind may be another
    kind's, but is not asked for the same.
    """
    found: list[Recognized] = []
    queue: list[tuple[Path, frozenset[str]]] = [(root, frozenset())] if root.exists() else []
    for looked, (folder, known) in enumerate(queue):
        if looked >= MOST_FOLDERS:
            break
        own = kind_of(folder, known)
        if own is not None:
            kind, why = own
            known |= {kind}
            name = folder.stem if folder.is_file() else folder.name
            found.append(Recognized(name or kind, folder, kind, why))
        queue += [(child, known) for child in _folders(folder)]
    return found


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(e.path) for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        return []
