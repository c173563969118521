"""What the folder of a log file says of its lines: which session, and sometimes which account."""

from __future__ import annotations

from pathlib import Path, PurePosixPath


def session_of(file: str, root: Path) -> str:
    """The folder relative to the root; the root's own name for files that stand in it."""
    return file.rpartition("/")[0] or root.name


def account_of(file: str) -> str | None:
    """The name of the folder that a file stands in; None in the root, which may be any folder."""
    return PurePosixPath(file).parent.name or None
