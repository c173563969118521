"""Which files of a place are those of one timeframe, and which symbol each of them is of."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Final

MOST_FILES: Final = 5_000
_TIMEFRAME: Final = re.compile(r"(?P<symbol>.+)_(?P<timeframe>\d+[A-Za-z]+)")


def files_of(place: str, timeframe: str) -> tuple[list[Path], int]:
    """Return the files of a file's, folder's or glob's name, sorted, and how many are left out.

    Of a folder or glob those are taken that name this timeframe or none; all when it is "".

    Raises:
        OSError: when the folder cannot be read.
    """
    root = Path(place)
    if root.is_file():
        return [root], 0
    if root.is_dir():
        found = sorted(root.glob("*.parquet"))
    else:
        # Path.glob knows no absolute pattern.
        found = [Path(each) for each in sorted(glob.glob(place, recursive=True))]  # noqa: PTH207
        found = [file for file in found if file.suffix == ".parquet"]
    ours = [file for file in found if not timeframe or _timeframe(file) in (None, timeframe)]
    return ours[:MOST_FILES], max(0, len(ours) - MOST_FILES)


def symbol_of(file: Path) -> str:
    """Return the symbol that a file's name tells: `SPY` for `SPY_1D.parquet`."""
    stem = printable(file.stem)
    named = _TIMEFRAME.fullmatch(stem)
    return named["symbol"] if named else stem


def printable(name: str) -> str:
    """Return a file's name with `?` for bytes that are no UTF-8: no frame could hold them."""
    return name.encode("utf-8", "replace").decode("utf-8")


def leads_out(file: Path) -> bool:
    """Whether a file is a link to somewhere outside its folder."""
    return file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve())


def _timeframe(file: Path) -> str | None:
    named = _TIMEFRAME.fullmatch(file.stem)
    return named["timeframe"] if named else None
