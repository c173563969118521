"""Keeps the logs of other systems out of a source that reads a whole folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data_sources.lines.discover import Found
from data_sources.lines.infer import has_whole_line, infer, some_lines
from data_sources.lines.mixed import LINES_EACH, NOT_KNOWN


class Strangers:
    """Tells of each log, by its first lines, whether it belongs to a source.

    A log that no dialect knows goes with the others: a system writes more than its signs tell.

    Args:
        speaks: gives the name of the dialect that the source speaks, "" while it speaks none. Then
            the first log that is recognized decides.

    Attributes:
        left: path of a log, relative to the source's folder → the dialect that it speaks instead.
    """

    def __init__(self, speaks: Callable[[], str]) -> None:
        self._speaks = speaks
        self._first = ""
        self._own: set[str] = set()
        self.left: dict[str, str] = {}

    def belongs(self, found: Found) -> bool:
        """Whether a log is the source's own; one without a line, or half of its first, is not yet.

        What was said once of a log holds for its rotated parts, and for good.
        """
        if found.file in self._own:
            return True
        if found.file in self.left:
            return False
        file = Path(found.real)
        guess = infer(some_lines(file, LINES_EACH))
        if not guess.usable and not has_whole_line(file):
            return False
        own = self._speaks() or self._first
        if guess.dialect in NOT_KNOWN or guess.dialect == (own or guess.dialect):
            self._first = own or ("" if guess.dialect in NOT_KNOWN else guess.dialect)
            self._own.add(found.file)
            return True
        self.left[found.file] = guess.dialect
        return False

    def left_out(self, file: Path, root: Path) -> bool:
        """Whether a log below the source's folder is left out."""
        return file.relative_to(root).as_posix() in self.left

    @property
    def problem(self) -> str | None:
        """What a person should know of the logs that were left out, in one sentence."""
        if not self.left:
            return None
        told = ", ".join(
            f"{name} speaks {dialect}" for name, dialect in list(self.left.items())[:3]
        )
        more = f" and {len(self.left) - 3} more" if len(self.left) > 3 else ""
        return f"left to sources of their own: {told}{more}"
