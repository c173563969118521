"""The frames that belong to a picture, made of states and of events, each read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pandas as pd

from data_sources.frames import FRAMES

NAMES: Final = tuple(name for name in FRAMES if name != "orders")
"""Orders have their own place in a picture."""


class LazyFrames(Mapping[str, pd.DataFrame]):
    """Frames by name; none is read before somebody asks for it, and none twice.

    A tick that no metric of frames is asked for in costs nothing.
    """

    def __init__(self, read: Callable[[str], pd.DataFrame]) -> None:
        self._read = read
        self._kept: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a frame with all its rows up to the moment of the picture; not to be changed."""
        if name not in NAMES:
            raise KeyError(name)
        if name not in self._kept:
            self._kept[name] = self._read(name)
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a frame; it is not read for that."""
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)
