"""Files of an attached folder that are no JSONL: those a source reads, and why others are none."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from data_sources.json_file import JsonFileSource
from data_sources.left_out import many_files
from data_sources.lines.infer import infer, some_lines
from data_sources.lines.mixed import LINES_EACH, NOT_KNOWN
from data_sources.lines.names import PATTERNS, log_name
from data_sources.recognize import MOST_FOLDERS, Recognized

TEXTS: Final = ("*.log", "*.txt")
"""What a bot's own log may be called, with JSON lines among its texts."""
MOST_TEXTS: Final = 200
"""So many of them are looked into."""
TABLES: Final = (".csv", ".json", ".tsv")
OWN_FOLDER: Final = ("accounts", "marker")
"""Kinds whose files stand in their folder itself; what lies below may be anybody's."""


class LoneFiles(NamedTuple):
    """Sources of one file each; file, or folder and pattern, → why it is none."""

    found: list[Recognized]
    left_out: dict[Path, str]


def lone_files(root: Path, folders: Sequence[Recognized]) -> LoneFiles:
    """Look at each file at and below *root* that no kind of source has in its folders.

    Args:
        root: a folder, or one file; links to folders are not followed.
        folders: what was recognized there; their files are theirs.
    """
    found, left_out = list[Recognized](), dict[Path, str]()
    unread, unseen = Counter[Path](), Counter[Path]()
    looked = 0
    for file in _files(root):
        if file.name in JsonFileSource.usual:
            why = f"called as {JsonFileSource.usual[file.name]['dialect']} calls it"
            options = JsonFileSource.usual[file.name]
            found.append(Recognized(_stem(file), file, JsonFileSource.kind, why, options))
        elif file == root or any(_has(each, file) for each in folders):
            continue
        elif file.suffix in TABLES:
            unread[file.parent / f"*{file.suffix}"] += 1
        elif _is_text_log(file) and looked >= MOST_TEXTS:
            unseen[file.parent / f"*{file.suffix}"] += 1
        elif _is_text_log(file):
            looked += 1
            guess = infer(some_lines(file, LINES_EACH))
            if guess.dialect in NOT_KNOWN:
                left_out[file] = guess.why
            elif any(log_name(each.name, PATTERNS) for each in file.parent.iterdir()):
                left_out[file] = "what it tells may stand in the logs beside it; attach it by name"
            else:
                told = {"dialect": guess.dialect}
                found.append(Recognized(_stem(file), file, "jsonl", guess.why, told))
    for pattern, number in unread.items():
        left_out[pattern] = many_files(number, "no kind of source reads")
    for pattern, number in unseen.items():
        why = f"nobody looked into, as the first {MOST_TEXTS} were; attach their folder by its name"
        left_out[pattern] = many_files(number, why)
    return LoneFiles(found, left_out)


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for number, (folder, below, names) in enumerate(os.walk(root)):
        if number >= MOST_FOLDERS:
            return
        below.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _has(owner: Recognized, file: Path) -> bool:
    if owner.kind in OWN_FOLDER:
        return file.parent == owner.path
    return file.is_relative_to(owner.path)


def _is_text_log(file: Path) -> bool:
    name = log_name(file.name, TEXTS)
    return name is not None and not name.rotated and not name.compressed and file.is_file()


def _stem(file: Path) -> str:
    return file.name.partition(".")[0] or "log"
