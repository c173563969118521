"""What the sources have in common that watch a folder of files which a bot rewrites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from data_sources.files.times import zone_of

TOLD_PROBLEMS: Final = 3


class WatchedFolder:
    """A folder that is looked at from time to time; the options of its source as attributes.

    Raises:
        ConfigError: for a zone that is not known.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str,
        account_id: str | None,
        timezone: str,
        every_seconds: float,
        stale_after_seconds: float | None,
        clock: Callable[[], int],
    ) -> None:
        self.path = str(path)
        self.name = name
        self.account_id = account_id
        self.timezone = timezone
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or max(10.0, 3 * every_seconds))
        self._clock = clock
        self._root = Path(path).expanduser()
        self._zone = zone_of(timezone)

    def close(self) -> None:
        """Nothing stays open between two reads."""


def few(problems: Sequence[str]) -> str:
    """Return the first three problems as one text, and how many more there are."""
    more = len(problems) - TOLD_PROBLEMS
    return "; ".join(problems[:TOLD_PROBLEMS]) + (f" and {more} more" if more > 0 else "")


def counted(problems: Sequence[str], total: int, what: str, listed: str) -> str:
    """Return the first three problems; where there are more, first how many, and where all are.

    Args:
        problems: what is wrong, one each.
        total: how many there are that could be wrong.
        what: what they are and cannot do, such as "files cannot be used".
        listed: where each of them is told.
    """
    told = few(problems)
    if len(problems) <= TOLD_PROBLEMS:
        return told
    return f"{len(problems):,} of {total:,} {what}, {listed}: {told}"
