"""The one way to write down where a path is: what is compared must be written alike."""

from __future__ import annotations

import os
from pathlib import Path


def absolute(path: str | Path) -> Path:
    """The path from the root on, without `..`; links in it stay, `~` is the user's home.

    Nothing needs to exist there. `Path.absolute()` keeps `..`, and then no file below the folder
    is found to be below it.
    """
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - keeps links
