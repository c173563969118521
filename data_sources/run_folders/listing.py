"""Which folders are runs: those below a folder that hold a meta.json, or the folder itself."""

from __future__ import annotations

import os
from pathlib import Path

from data_sources.files.kept_file import KeptFile
from data_sources.run_folders.meta import META_BYTES, Meta, parse_meta
from data_sources.run_folders.run_folder import META


def run_paths(root: Path, most: int) -> tuple[list[Path], int]:
    """Run folders, newest first by the time their meta.json was written, and how many there are.

    Links are not followed: what they lead to is not of this folder, or is there under its own name.

    Raises:
        OSError: when the folder cannot be listed.
    """
    found: list[tuple[int, str]] = []
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name == META and entry.is_file(follow_symlinks=False):
                return [root], 1
            if entry.is_dir(follow_symlinks=False):
                try:
                    status = os.lstat(f"{entry.path}/{META}")
                except OSError:
                    continue
                found.append((status.st_mtime_ns, entry.path))
    found.sort(reverse=True)
    return [Path(path) for _, path in found[:most]], len(found)


def looks_like_runs(root: Path, most: int = 20) -> int:
    """How many of the newest run folders of a folder have a meta.json of a run."""
    try:
        paths, _ = run_paths(root, most)
    except OSError:
        return 0
    return sum(_is_run(path) for path in paths)


def _is_run(path: Path) -> bool:
    meta: KeptFile[Meta] = KeptFile(path / META, parse_meta, limit_bytes=META_BYTES)
    try:
        meta.look(0)
    except FileNotFoundError:
        return False
    return meta.value is not None
