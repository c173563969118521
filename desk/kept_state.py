"""A state that was kept: its bytes as they were, and its frames when somebody looks back at it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from desk.zipped_frames import rows_about


def zipped(payload: Mapping[str, Any]) -> bytes:
    """Return a state as the journal keeps it."""
    return zlib.compress(json.dumps(payload).encode(), level=1)


def unzipped(kept: bytes) -> dict[str, Any]:
    """Return what `zipped` was given."""
    found: dict[str, Any] = json.loads(zlib.decompress(kept))
    return found


class KeptState(Mapping[str, pd.DataFrame]):
    """Frames by name. A desk that ran for a day has thousands of states and is asked for few.

    Args:
        kept: what `zipped` made of `{"frames": {name: rows}}`.
        unpack: gives the frames of such rows.
    """

    def __init__(
        self,
        kept: bytes,
        unpack: Callable[[Mapping[str, list[dict[str, Any]]]], Mapping[str, pd.DataFrame]],
    ) -> None:
        self.kept = kept
        self._unpack = unpack

    @property
    def rows_about(self) -> int:
        """About how many rows it takes the room of."""
        return rows_about(self.kept)

    def told(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a frame as they were kept, without making a frame of them."""
        found: list[dict[str, Any]] = unzipped(self.kept)["frames"].get(name, [])
        return found

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a frame.

        Raises:
            KeyError: the state has none of that name.
        """
        return _frames(self.kept, self._unpack)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_frames(self.kept, self._unpack))

    def __len__(self) -> int:
        return len(_frames(self.kept, self._unpack))


@lru_cache(maxsize=64)
def _frames(
    kept: bytes, unpack: Callable[[Mapping[str, list[dict[str, Any]]]], Mapping[str, pd.DataFrame]]
) -> Mapping[str, pd.DataFrame]:
    return unpack(unzipped(kept)["frames"])
