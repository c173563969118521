"""A folder of registry files: the newest file of each session counts."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from data_sources.files.kept_file import KeptFile
from data_sources.files.label import file_label
from data_sources.lines.raw import escaped
from data_sources.reading import Quarantined
from data_sources.session_files.session import (
    SESSION_BYTES,
    Session,
    names_secret,
    session_parser,
)

BAD_FILE: Final = "bad_file"
MOST_PROBED: Final = 20


class RegistryFolder:
    """Follows the files of a registry; `look()` reads those that changed.

    Attributes:
        there: how many files there are, more perhaps than are read.
        vanished: whether the last look found files that were gone when they were to be read.
    """

    def __init__(self, root: Path, zone: dt.tzinfo, clock: Callable[[], int], most: int) -> None:
        self.there = 0
        self._root, self._most = root, most
        self._clock = clock
        self._parse = session_parser(zone, clock)
        self._files: dict[str, KeptFile[Session]] = {}

    def look(self) -> bool:
        """Look once; return whether anything may be another now.

        Raises:
            OSError: when the folder cannot be listed.
        """
        names = session_names(self._root)
        self.there = len(names)
        names = names[: self._most]
        before = set(self._files)
        for name in names:
            if name not in self._files:
                path = self._root / name
                self._files[name] = KeptFile(path, self._parse, limit_bytes=SESSION_BYTES)
        self._files = {name: self._files[name] for name in names}
        now_ns = self._clock()
        changed = False
        for name, file in list(self._files.items()):
            try:
                changed |= file.look(now_ns)
            except FileNotFoundError:
                del self._files[name]
        return changed or before != set(self._files)

    def sessions(self) -> list[Session]:
        """The newest file of each session, ascending by when the sessions began."""
        newest: dict[str, tuple[tuple[int, bool, str], Session]] = {}
        for name, file in self._files.items():
            session = file.value
            if session is None or file.stamp is None:
                continue
            written = session.written_ns or file.stamp.mtime_ns
            rank = (written, session.finished, name)
            known = newest.get(session.session_id)
            if known is None or rank > known[0]:
                newest[session.session_id] = (rank, session)
        found = [session for _, session in newest.values()]
        return sorted(found, key=_by_start)

    def files(self) -> tuple[int, int, list[str]]:
        """How many files were read, how many are good, and what is wrong with the others."""
        wrong = [
            f"{file_label(name)} {file.problem}"
            for name, file in self._files.items()
            if file.problem
        ]
        return len(self._files), len(self._files) - len(wrong), wrong

    def set_aside(self) -> list[Quarantined]:
        """The files that cannot be used now, with their first bytes; ascending by their names.

        No head is given that names a secret.
        """
        return [
            Quarantined(BAD_FILE, label, label, 0, length, "" if names_secret(head) else head)
            for name, file in sorted(self._files.items())
            if file.problem
            for label, length, head in [
                (file_label(name), file.refused[0], escaped(file.refused[1]))
            ]
        ]


def _by_start(session: Session) -> tuple[int, str]:
    started = session.started
    return (int(started.value) if started is not None else 0, session.session_id)


def session_names(root: Path) -> list[str]:
    """Names of the JSON files of a folder, the newest name first; hidden ones are none.

    Raises:
        OSError: when the folder cannot be listed.
    """
    with os.scandir(root) as entries:
        found = [
            entry.name
            for entry in entries
            if entry.name.endswith(".json")
            and not entry.name.startswith(".")
            and entry.is_file(follow_symlinks=False)
        ]
    return sorted(found, reverse=True)


def looks_like_registry(root: Path) -> int:
    """How many of the newest JSON files of a folder are sessions; 0 when most are not."""
    try:
        names = session_names(root)[:MOST_PROBED]
    except OSError:
        return 0
    parse = session_parser(dt.UTC, lambda: 0)
    good = 0
    for name in names:
        file = KeptFile(root / name, parse, limit_bytes=SESSION_BYTES)
        try:
            file.look(0)
        except FileNotFoundError:
            continue
        good += file.value is not None
    return good if 2 * good > len(names) else 0
