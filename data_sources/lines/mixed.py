"""Which dialects the logs of one folder speak, file by file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data_sources.lines.infer import GENERIC, Guess, infer, sample_of, some_lines
from data_sources.lines.names import PATTERNS, log_name

LINES_EACH: Final = 20
"""Lines of a file by which its own dialect is told: it is looked at again with those it joins."""
NOT_KNOWN: Final = (GENERIC, "unknown")


@dataclass(frozen=True, slots=True)
class Part:
    """Files of one folder that speak one dialect, and how that was told."""

    files: tuple[Path, ...]
    guess: Guess

    @property
    def dialect(self) -> str:
        """Its name, as `Guess` has it."""
        return self.guess.dialect

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are written to, each once: rotated parts belong to theirs."""
        found = (log_name(file.name, PATTERNS) for file in self.files)
        return tuple(dict.fromkeys(name.live for name in found if name is not None))


def by_folder(files: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """Folder → its own files, in their order."""
    found: dict[Path, list[Path]] = {}
    for file in files:
        found.setdefault(file.parent, []).append(file)
    return {folder: tuple(own) for folder, own in found.items()}


def parts_of(files: Sequence[Path]) -> list[Part]:
    """The parts of a folder's files: one, unless they are known to speak several dialects.

    A file that no dialect knows goes with the others where they all speak one: a system writes more
    than its signs tell. Among several it stands apart, because nobody could say whose it is.
    """
    if len(files) == 1:
        return [Part(tuple(files), infer(sample_of(files)))]
    spoken: dict[str, list[Path]] = {}
    for log in _with_rotated(files):
        spoken.setdefault(_dialect_of(log), []).extend(log)
    if sum(name not in NOT_KNOWN for name in spoken) < 2:
        return [Part(tuple(files), infer(sample_of(files)))]
    return [_part(name, own) for name, own in spoken.items()]


def _part(name: str, files: list[Path]) -> Part:
    guess = infer(sample_of(files))
    if guess.dialect != name:  # one long file among short ones must not outvote them
        guess = infer(line for file in files for line in some_lines(file, LINES_EACH))
    return Part(tuple(files), guess)


def _with_rotated(files: Sequence[Path]) -> list[list[Path]]:
    """Each log with its rotated parts, which speak as it does."""
    logs: dict[str, list[Path]] = {}
    for file in files:
        name = log_name(file.name, PATTERNS)
        logs.setdefault(file.name if name is None else name.live, []).append(file)
    return list(logs.values())


def _dialect_of(log: Sequence[Path]) -> str:
    return infer(line for file in log for line in some_lines(file, LINES_EACH)).dialect
