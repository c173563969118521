"""What the folder of a log file says of its lines: which session, and sometimes which account."""

from __future__ import annotations

import re
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

_OF_LOGS: Final = re.compile(r"(.*[._-])?logs?", re.IGNORECASE)


def session_of(file: str, root: Path) -> str:
    """The folder relative to the root; the root's own name for files that stand in it."""
    return file.rpartition("/")[0] or root.name


def account_of(file: str) -> str | None:
    """The name of the folder that a file stands in; None in the root, which may be any folder."""
    return account_called(PurePosixPath(file).parent)


def account_called(folder: PurePath) -> str | None:
    """The account that a folder is named after; None for one that is only named after its logs."""
    return None if _OF_LOGS.fullmatch(folder.name) else folder.name or None
