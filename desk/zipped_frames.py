"""A state that was told a while ago: each frame zipped, until somebody looks back at it."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import pandas as pd

BYTES_A_ROW: Final = 40
"""About what a zipped row of orders takes: a list of them says nearly the same row by row."""


class ZippedFrames(Mapping[str, pd.DataFrame]):
    """Frames by name, every cell and dtype as it was.

    A frame of one row takes tens of kilobytes in pandas and one here; a desk with a dozen polled
    services would hold gigabytes of them after a day.

    Args:
        parts: name → what `zipped_frame` made of a frame; states with the same frame share it.
    """

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.parts: Final = parts

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a frame.

        Raises:
            KeyError: the state has none of that name.
        """
        return _frame(self.parts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)


def zipped_frame(frame: pd.DataFrame) -> bytes:
    """Return a frame as bytes that never leave this process."""
    return zlib.compress(pickle.dumps(frame, pickle.HIGHEST_PROTOCOL), level=1)


def rows_about(part: bytes) -> int:
    """Return of about how many rows zipped bytes take the room."""
    return 1 + len(part) // BYTES_A_ROW


@lru_cache(maxsize=256)
def _frame(part: bytes) -> pd.DataFrame:
    # Only bytes that `zipped_frame` made here come this way: nothing is read from outside.
    found: pd.DataFrame = pickle.loads(zlib.decompress(part))  # noqa: S301
    return found
