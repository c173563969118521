"""The measures of a folder of logs, taken from its files: nothing is believed, all is counted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_sources.log_health.heads import Head, head_of

MIB: Final = 1 << 20
RETENTION: Final = ".last_retention_run"
"""Written by whoever tidies up, each time."""
SAMPLED_FILES: Final = 3
"""So many of the newest plain and of the newest compressed logs are looked into."""
MOST_FILES: Final = 100_000
PLAIN, PACKED, LEFT_OVER = ".jsonl", ".jsonl.gz", ".tmp"


@dataclass(frozen=True, slots=True)
class Measures:
    """What a folder of logs is like.

    size_bytes           of all files below it
    retention_seconds    since somebody tidied up: by the marker, else the newest compressed log;
                         None where neither is there: nothing says that anybody ever does
    left_over, logs      `*.tmp` files that a compression left behind; plain and compressed logs
    bad, lines           of the sample: lines that are no JSON object; all but blank ones
    looked_into          how many logs the sample is of
    newest_ns            when the newest log was written, None without one
    troubles             what could not be looked at
    """

    size_bytes: int = 0
    retention_seconds: float | None = None
    left_over: int = 0
    logs: int = 0
    bad: int = 0
    lines: int = 0
    looked_into: int = 0
    newest_ns: int | None = None
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        return self.path.name


def measures_of(folder: Path, now_ns: int) -> Measures:
    """Look at all files below a folder once; the newest logs are read, 1,000 lines of each.

    Args:
        folder: of the logs; links are not followed.
        now_ns: the moment that ages are told of.

    Raises:
        OSError: the folder itself cannot be listed.
    """
    troubles: list[str] = []
    files = list(_files(folder, troubles))
    packed = _newest_first(file for file in files if file.name.endswith(PACKED))
    plain = _newest_first(file for file in files if file.name.endswith(PLAIN))
    heads = [
        *_heads(plain[:SAMPLED_FILES], troubles),
        *_heads(packed[:SAMPLED_FILES], troubles, packed=True),
    ]
    logs = plain + packed
    tidied = [file for file in files if file.path == folder / RETENTION] or packed[:1]
    return Measures(
        size_bytes=sum(file.size for file in files),
        # A file that is younger than our clock is of now.
        retention_seconds=max(0.0, (now_ns - tidied[0].changed_ns) / 1e9) if tidied else None,
        left_over=sum(file.name.endswith(LEFT_OVER) for file in files),
        logs=len(logs),
        bad=sum(head.bad for head in heads),
        lines=sum(head.lines for head in heads),
        looked_into=len(heads),
        newest_ns=max((file.changed_ns for file in logs), default=None),
        troubles=troubles,
    )


def _files(folder: Path, troubles: list[str]) -> Iterator[_File]:
    """All regular files below the folder, up to `MOST_FILES`."""
    left = MOST_FILES
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            if here == folder:
                raise
            troubles.append(f"{here.relative_to(folder)}: {error.strerror}")
            continue
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # gone since the folder was listed
            if stat.S_ISDIR(found.st_mode):
                waiting.append(Path(entry.path))
            elif stat.S_ISREG(found.st_mode):
                if not left:
                    troubles.append(f"more than {MOST_FILES:,} files; the rest is not counted")
                    return
                left -= 1
                yield _File(Path(entry.path), found.st_size, found.st_mtime_ns)


def _newest_first(files: Iterator[_File]) -> list[_File]:
    return sorted(files, key=lambda file: (-file.changed_ns, str(file.path)))


def _heads(files: list[_File], troubles: list[str], *, packed: bool = False) -> Iterator[Head]:
    for file in files:
        try:
            yield head_of(file.path, packed=packed)
        except FileNotFoundError:
            continue  # compressed or tidied away meanwhile
        except OSError as error:
            troubles.append(f"{file.name}: {error.strerror or error}")
