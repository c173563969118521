"""Finds the log files below a path: a file with its rotated parts, a folder, or a glob."""

from __future__ import annotations

import errno
import glob
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_sources.files.absolute import absolute
from data_sources.files.plain import not_a_file
from data_sources.lines.glob_parts import matches
from data_sources.lines.names import LogName, log_name

MOST_KNOWN: Final = 100_000
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file that is a log, as one look at the folders saw it.

    path  relative to the root, posix · file  the same with the name that is written to
    real  absolute, without symbolic links
    """

    path: str
    file: str
    real: str
    rotated: bool
    compressed: bool
    linked: bool
    key: tuple[int, int]
    size: int
    mtime_ns: int

    @property
    def stamp(self) -> tuple[int, ...]:
        """What is another when the file was replaced or changed."""
        return *self.key, self.size, self.mtime_ns


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a path is not read: a state of a source, and a sentence that says what to do."""

    state: str
    message: str
    grave: bool = True


@dataclass(slots=True)
class Look:
    """What one look at the folders saw.

    listed  folders that were listed, relative to the root, which itself is ""
    blind  folders that could not be listed · exhausted  no descriptor was left to list one
    named_as_logs  folders that are called as logs are
    """

    found: list[Found] = field(default_factory=list)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    blind: list[str] = field(default_factory=list)
    named_as_logs: list[str] = field(default_factory=list)
    exhausted: bool = False

    def blind_to(self, path: str) -> bool:
        """Whether the file may well be there although it was not seen."""
        return any(folder == "." or path.startswith(folder + "/") for folder in self.blind)


class Scope:
    """Which files belong to a source; those of a folder itself alone where it is *flat*.

    admits  has the last word about a file that belongs by its name; None where nothing has
    """

    def __init__(self, path: str | Path, patterns: tuple[str, ...], *, flat: bool = False) -> None:
        self._path = absolute(path)
        self._patterns, self._flat = patterns, flat
        self._glob: tuple[str, ...] | None = None
        self._single = ""
        self._known: dict[str, Found] = {}
        self.admits: Callable[[Found], bool] | None = None
        self.root = self._path
        self._decide()

    def _decide(self) -> None:
        """Tell file, folder and glob apart; a path that does not exist yet goes by its name."""
        parts = self._path.parts
        magic = next((i for i, part in enumerate(parts) if _MAGIC.search(part)), None)
        if magic is not None and not self._path.exists():
            self.root = Path(*parts[:magic])
            self._glob = parts[magic:]
        elif not self._path.is_dir() and (os.path.lexists(self._path) or self._path.suffix):
            self.root = self._path.parent
            self._single = self._path.name

    def look(self) -> Look:
        """List the folders once.

        Never raises: what cannot be read stands in `troubles`.
        """
        look = Look()
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        if self._single and self._path.is_dir():
            self.root, self._single = self._path, ""
        elif not self._single and self._glob is None and self.root == self._path:
            self._decide()
        boundary = os.path.realpath(self.root)
        folders = [(boundary, "")]
        while folders:
            folder, relative = folders.pop()
            try:
                self._list(folder, relative, boundary, folders, look)
            except FileNotFoundError:
                continue
            except NotADirectoryError:
                self._trouble(look, relative, "misconfigured", "not_regular", "is no folder")
            except PermissionError:
                look.blind.append(relative or ".")
                self._trouble(look, relative, "unreadable", "denied", "may not be listed by us")
            except OSError as error:
                look.blind.append(relative or ".")
                look.exhausted |= error.errno in (errno.EMFILE, errno.ENFILE)
                self._trouble(look, relative, "unreadable", "io_error", str(error.strerror))
        look.found = [found for found in look.found if self._admitted(found, look)]
        self._tell_of_folders(look)
        return look

    def _tell_of_folders(self, look: Look) -> None:
        """Say where a folder stands in the place of a log; grave where the log was seen there."""
        own = str(self._path) in self._known or log_name(self._path.name, self._patterns)
        if own and self.root == self._path:
            look.named_as_logs += look.listed & {""}
        for relative in look.named_as_logs:
            inside = f"{relative}/" if relative else ""
            if not any(found.path.startswith(inside) for found in look.found):
                detail = (
                    f"{not_a_file(stat.S_IFDIR)}, and no log lies in it; it is looked for again"
                )
                was_log = str(self.root / relative) in self._known
                self._trouble(look, relative, "misconfigured", "not_regular", detail, was_log)

    def _admitted(self, found: Found, look: Look) -> bool:
        """Whether nothing speaks against a file; one that cannot be asked about is a trouble."""
        try:
            return self.admits is None or self.admits(found)
        except Exception as error:  # noqa: BLE001 - a look never raises
            detail = f"could not be looked into ({type(error).__name__}: {error})"
            self._trouble(look, found.path, "unreadable", "io_error", detail)
            return False

    def also(self, patterns: tuple[str, ...]) -> None:
        """Let files of more names belong."""
        self._patterns = tuple(dict.fromkeys((*self._patterns, *patterns)))

    def covers(self, file: Path) -> bool:
        """Whether a file belongs by its name."""
        if not file.is_relative_to(self.root):
            return False
        relative = file.relative_to(self.root)
        parents = [parent.as_posix() for parent in relative.parents][:-1]
        return all(map(self._descends, parents)) and self._name(relative.as_posix()) is not None

    def _list(
        self, folder: str, relative: str, boundary: str, folders: list[tuple[str, str]], look: Look
    ) -> None:
        with os.scandir(folder) as entries:
            look.listed.add(relative)
            for entry in entries:
                known = self._known.get(entry.path)
                if known is not None and _unchanged(known, entry):
                    look.found.append(known)
                    continue
                path = f"{relative}/{entry.name}" if relative else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if self._name(path) is not None:
                        look.named_as_logs.append(path)
                    if self._descends(path):
                        folders.append((entry.path, path))
                    continue
                name = self._name(path)
                if name is not None or entry.is_symlink():
                    self._file(entry, path, name, boundary, look)

    def _file(
        self,
        entry: os.DirEntry[str],
        path: str,
        name: LogName | None,
        boundary: str,
        look: Look,
    ) -> None:
        """Add one entry, or say why not."""
        real = entry.path
        try:
            if entry.is_symlink():
                real = os.path.realpath(entry.path, strict=True)
                outside = os.path.commonpath((real, boundary)) != boundary
                if outside and (name is not None or (entry.is_dir() and self._descends(path))):
                    detail = "is a link that leaves the folder; name the real place instead"
                    grave = name is not None
                    self._trouble(look, path, "misconfigured", "outside_root", detail, grave)
                if outside or name is None:
                    return
            status = os.lstat(real)
        except FileNotFoundError:
            return
        except OSError as error:
            if name is not None:
                word = "eloop" if error.errno == errno.ELOOP else "io_error"
                self._trouble(look, path, "unreadable", word, str(error.strerror))
            return
        if name is None:
            return
        if not stat.S_ISREG(status.st_mode):
            detail = not_a_file(status.st_mode)
            self._trouble(look, path, "misconfigured", "not_regular", detail)
            return
        found = Found(
            path=_readable(path),
            file=_readable(path.removesuffix(entry.name) + name.live),
            real=real,
            rotated=name.rotated,
            compressed=name.compressed,
            linked=entry.is_symlink(),
            key=(status.st_dev, status.st_ino),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
        )
        look.found.append(found)
        self._known[entry.path] = found

    def _trouble(
        self, look: Look, path: str, state: str, word: str, detail: str, grave: bool = True
    ) -> None:
        place = self.root / path
        look.troubles[path] = Trouble(state, f"{word}: {place} {detail}", grave)

    def _name(self, path: str) -> LogName | None:
        """What the name says, None when the file does not belong to this source."""
        folder, _, base = path.rpartition("/")
        if self._single:
            return None if folder else log_name(base, (glob.escape(self._single),))
        if self._glob is None:
            return log_name(base, self._patterns)
        name = log_name(base, (self._glob[-1],))
        inside = tuple(folder.split("/")) if folder else ()
        return name if name and matches(inside, self._glob[:-1]) else None

    def _descends(self, path: str) -> bool:
        """Whether logs of this source can lie in the folder."""
        if self._glob is None:
            return not self._single and not self._flat
        inside = tuple(path.split("/"))
        folders = self._glob[:-1]
        return "**" in folders or any(matches(inside, folders[:n]) for n in range(len(folders) + 1))


def _readable(path: str) -> str:
    """A path that every encoder takes: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _unchanged(known: Found, entry: os.DirEntry[str]) -> bool:
    """Whether a file is still as it was at an earlier look; false for links."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    same = status.st_mtime_ns == known.mtime_ns and status.st_size == known.size
    return same and (status.st_dev, status.st_ino) == known.key and not known.linked


def matching(look: Look) -> Iterator[Found]:
    """Every file once: names that are written to first, then rotated, then compressed ones."""
    groups: tuple[list[Found], ...] = ([], [], [], [])
    for found in look.found:
        groups[2 * found.rotated + (found.compressed or found.linked)].append(found)
    seen: set[tuple[int, int]] = set()
    for group in groups:
        for found in group:
            if found.key not in seen:
                seen.add(found.key)
                yield found
