"""Decides which dialect a log speaks: at its first lines, and again while that is not sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from data_sources.dialects.dialect import Dialect, load_dialect, parse_dialect
from data_sources.lines.chunk import Chunk
from data_sources.lines.guess import GUESSED, Guessed, guess
from data_sources.lines.infer import (
    GENERIC,
    SAMPLE_LINES,
    Guess,
    files_of,
    infer,
    sample_of,
    some_lines,
)
from data_sources.lines.mixed import LINES_EACH, NOT_KNOWN

RULES: Final = 2
"""Raised when the rules of guessing change: what older ones found is looked at once more."""
MOST_FILES: Final = 20
"""Of a log so many files are asked one by one."""
LONG_ENOUGH: Final = 10 * SAMPLE_LINES
"""After so many lines without a usual word a log is taken for what it seems to be: no trading."""


class Guesser:
    """Guesses for one source.

    Attributes:
        guess: which of the known dialects it is; None before the first look.
        guessed: the mapping that was made where none is; None where there is none.
        settled: whether there is nothing more to find out.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._toml = ""
        self._lines: list[bytes] = []
        self.guess: Guess | None = None
        self.guessed: Guessed | None = None
        self.settled = False

    def look(self, chunks: list[Chunk], accepted: int) -> Dialect:
        """The dialect to speak, from new lines and those seen before.

        Args:
            chunks: what is new, not empty.
            accepted: how many lines were accepted so far.
        """
        sample: list[bytes] = []
        for chunk in chunks:
            sample += chunk.data.split(b"\n")[: SAMPLE_LINES // min(len(chunks), 20)]
        self.guess = infer(sample)
        if self.guess.dialect not in (GENERIC, "unknown"):
            self.settled, self.guessed = True, None
            return load_dialect(self.guess.dialect)
        full = len(self._lines) >= SAMPLE_LINES
        if not full:
            self._lines += [line for line in sample if line.strip()]
            mapping = guess(self._lines, now_ns=self._clock())
            self.guessed = mapping if mapping.is_better else None
        if self.guessed is not None:
            full = len(self._lines) >= SAMPLE_LINES
            self.settled = full if self.guessed.is_useful else accepted > LONG_ENOUGH
            self._toml = self.guessed.toml()
            return self.guessed.dialect()
        self.settled = accepted > LONG_ENOUGH
        return load_dialect(GENERIC)

    def to_json(self, speaks: str) -> dict[str, Any]:
        """What another process needs to read on in the same way.

        Args:
            speaks: the name of the dialect in use, "" when there is none yet.
        """
        if speaks == GUESSED:
            # A mapping that has found a time alone waits for better lines, after a restart too.
            waits = self.guessed is not None and not self.guessed.is_useful and not self.settled
            if waits:
                return {"dialect": ""}
            return {"dialect": speaks, "guessed": self._toml, "rules": RULES}
        return {"dialect": speaks, "rules": RULES} if self.settled else {"dialect": ""}

    def restore(
        self, cursor: Mapping[str, Any], path: Path, covers: Callable[[Path], bool]
    ) -> Dialect | None:
        """The dialect that was spoken, from now on without another guess; None: not sure yet.

        Args:
            cursor: holds what `to_json` gave.
            path: of the log; it is looked at where other rules guessed than these.
            covers: whether a file there belongs to the log.
        """
        name = cursor.get("dialect")
        if not name:
            return None
        self.settled = True
        if cursor.get("rules", 0) != RULES:
            better = self._better(name, [file for file in files_of(path) if covers(file)])
            if better is not None:
                return better
        if name != GUESSED:
            return load_dialect(name)
        self._toml = str(cursor.get("guessed", ""))
        return parse_dialect(self._toml, Path(f"{GUESSED}.toml"))

    def _better(self, name: str, files: list[Path]) -> Dialect | None:
        """What the log's own lines tell by these rules, where it is something else than *name*.

        Only lines of trading speak against what was found: a log that holds nothing but idle words
        now may have told more before. And one file that does speak *name* speaks for it.
        """
        if any(infer(some_lines(file, LINES_EACH)).dialect == name for file in files[:MOST_FILES]):
            return None
        lines = sample_of(files)
        found = infer(lines)
        if found.dialect == name:
            return None
        if found.dialect not in NOT_KNOWN:
            self.guess = found
            return load_dialect(found.dialect)
        mapping = guess(lines, now_ns=self._clock())
        if name == GUESSED or not mapping.is_useful:
            return None
        self.guess, self.guessed, self._toml = found, mapping, mapping.toml()
        return mapping.dialect()
