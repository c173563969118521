"""Of some folders, those that lie in none of the others: what lies in two is still read once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from data_sources.files.absolute import absolute
from data_sources.lines.names import PATTERNS, log_name


def outermost(folders: Sequence[str | Path]) -> tuple[tuple[str | Path, ...], dict[Path, str]]:
    """The folders (or single files) that need a look of their own, and path → why not the others.

    Links are followed for it: two names of one folder are one folder. A single file below a folder
    stays where its name is no log's, as the folder would not read it. Nothing needs to exist.
    """
    places = [(folder, absolute(folder)) for folder in folders]
    kept: list[str | Path] = []
    left_out: dict[Path, str] = {}
    for number, (folder, path) in enumerate(places):
        real = path.resolve()
        for other, (_, outer) in enumerate(places):
            if outer.resolve() == real and other < number:
                same = "twice" if outer == path else f"as {outer} too"
                left_out[path] = f"it is attached {same}, and read once"
                break
            if outer.resolve() in real.parents and _would_read(real):
                left_out[path] = f"it lies in {outer}, which is attached too, and is read there"
                break
        else:
            kept.append(folder)
    return tuple(kept), left_out


def _would_read(path: Path) -> bool:
    """Whether a folder above it reads it: a folder, or a file that is called as logs are."""
    is_folder = path.is_dir() or not (path.exists() or path.suffix)
    return is_folder or log_name(path.name, PATTERNS) is not None
