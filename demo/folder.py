"""The files of a simulated system: appended to, rotated, and dirtied on request."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO

from demo.aurora.timeline import NS, Line
from demo.bad_lines import bad_line

_encode = json.JSONEncoder().encode


@dataclass(slots=True)
class Written:
    """What was written so far; `lines` are good ones of all files, `events` those of the events."""

    lines: int = 0
    events: int = 0
    bad: int = 0
    bytes: int = 0
    rotations: int = 0


class Folder:
    """Appends lines to `<root>/<session>/<file>`; ends with `close()`.

    Args:
        root: the system's folder; made when missing.
        start_ns: the first moment, from which rotations are counted.
        rotate_every_seconds: rename each file, start a new one, and compress the part before.
        bad_ratio: how many bad lines are added for each good line of an events file.
        random: chooses the bad lines; apart from the bot's, so that these do not change the bot.

    Attributes:
        newest_ns: the time of the newest line, None before the first one.
    """

    def __init__(
        self,
        root: Path,
        *,
        start_ns: int,
        rotate_every_seconds: float | None = None,
        bad_ratio: float = 0.0,
        random: Random | None = None,
    ) -> None:
        self.root = root
        self.written = Written()
        self.newest_ns: int | None = None
        self._random = random or Random(0)
        self._bad_ratio = bad_ratio
        self._rotate_ns = None if rotate_every_seconds is None else round(rotate_every_seconds * NS)
        self._next_rotation = start_ns + (self._rotate_ns or 0)
        self._files: dict[tuple[str, str], BinaryIO] = {}
        self._parts: dict[tuple[str, str], int] = {}
        self._uncompressed: list[Path] = []
        root.mkdir(parents=True, exist_ok=True)

    def write(self, lines: Iterable[Line]) -> None:
        """Append the lines, each file in one piece, rotating where their time asks for it."""
        pieces: dict[tuple[str, str], list[bytes]] = {}
        for line in lines:
            while self._rotate_ns is not None and line.ts_ns >= self._next_rotation:
                self._flush(pieces)
                self._rotate(self._next_rotation)
                self._next_rotation += self._rotate_ns
            self.newest_ns = line.ts_ns
            encoded = _encode(line.record).encode()
            piece = pieces.setdefault((line.session, line.file), [])
            piece.append(encoded + b"\n")
            self.written.lines += 1
            if not line.file.startswith("orders"):
                self.written.events += 1
                if self._bad_ratio and self._random.random() < self._bad_ratio:
                    piece.append(bad_line(self._random, encoded))
                    self.written.bad += 1
        self._flush(pieces)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _flush(self, pieces: dict[tuple[str, str], list[bytes]]) -> None:
        for key, piece in pieces.items():
            file = self._files.get(key)
            if file is None:
                path = self.root.joinpath(*key)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.with_name(f"{path.name}.lock").touch()
                file = self._files[key] = path.open("ab", buffering=0)
            block = b"".join(piece)
            file.write(block)
            self.written.bytes += len(block)
        pieces.clear()

    def _rotate(self, at_ns: int) -> None:
        """Rename what is open; compress what was renamed the time before, as logrotate may."""
        for part in self._uncompressed:
            packed = part.with_name(f"{part.name}.gz")
            with part.open("rb") as plain, gzip.open(packed.with_suffix(".tmp"), "wb", 6) as out:
                shutil.copyfileobj(plain, out)
            packed.with_suffix(".tmp").replace(packed)
            part.unlink()
        self._uncompressed.clear()
        stamp = dt.datetime.fromtimestamp(at_ns / NS, tz=dt.UTC).strftime("%Y%m%d.%H%M%S")
        for key, file in self._files.items():
            file.close()
            path = self.root.joinpath(*key)
            number = self._parts[key] = self._parts.get(key, 0) + 1
            part = path.with_name(f"{path.name}.{stamp}.part{number}.jsonl")
            path.rename(part)
            self._uncompressed.append(part)
        self._files.clear()
        self.written.rotations += 1
