"""Rows that are told again are the frame of before: states are asked for more than they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from data_sources.frames import shaped


class KeptFrames:
    """Shapes rows as agreed frames and remembers the newest of each name.

    Args:
        source: for rows that do not name theirs.
        account_id: likewise.
    """

    def __init__(self, source: str, account_id: str | None) -> None:
        self._source, self._account_id = source, account_id
        self._kept: dict[str, tuple[list[dict[str, Any]], pd.DataFrame]] = {}

    def shaped(self, name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return the rows as `frames.shaped` does: the very same frame while they are the same.

        Raises:
            KeyError: there is no such frame.
        """
        before = self._kept.get(name)
        if before is not None and before[0] == rows:
            return before[1]
        made = shaped(name, rows, source=self._source, account_id=self._account_id)
        self._kept[name] = [dict(row) for row in rows], made
        return made
