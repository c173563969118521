"""Looks below a folder and says which sources it holds: logs by their dialects, other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from data_sources.errors import OriginError
from data_sources.files.absolute import absolute
from data_sources.left_out import left_out_rows
from data_sources.lines.account_folders import account_bases, account_in
from data_sources.lines.explain import escaped_text
from data_sources.lines.guess import Guessed
from data_sources.lines.guess import guess as guess_mapping
from data_sources.lines.infer import GENERIC, Guess, files_of, infer, sample_of
from data_sources.lines.mixed import Part, by_folder, parts_of
from data_sources.lone_files import lone_files
from data_sources.many import many
from data_sources.recognize import Recognized, kind_of, recognized_below
from data_sources.source_names import name_within
from data_sources.strange_file import why_strange

_ALLOWED: Final = (
    "It may be a folder with a bot's files, a log, or one that does not exist yet in a folder that "
    "does; relative ones start at the working directory"
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """One dialect found at a path: the source it becomes, and what it was told by.

    guessed  the mapping that was made where no dialect knows the lines, None elsewhere
    only     the names of its logs where others' stand in the same folder; empty elsewhere
    told     what else the place of its logs tells of them, as options: `account_id`
    """

    name: str
    path: Path
    dialect: str
    files: tuple[Path, ...]
    guess: Guess
    guessed: Guessed | None = None
    only: tuple[str, ...] = ()
    told: dict[str, str] = field(default_factory=dict)

    def table(self) -> dict[str, Any]:
        """What stands in `[sources.<name>]`."""
        told = {"kind": "jsonl", "path": str(self.path), "dialect": self.dialect, **self.told}
        return told | ({"files": list(self.only)} if self.only else {})


@dataclass(frozen=True, slots=True)
class Mapping:
    """What was found below a folder."""

    root: Path
    found: tuple[Mapped, ...] = ()
    folders: tuple[Recognized, ...] = ()
    left_out: dict[Path, str] = field(default_factory=dict)

    def sources(self) -> dict[str, dict[str, Any]]:
        """Name → table of a source, as in `[sources.<name>]`."""
        tables = {each.name: each.table() for each in self.found}
        return tables | {each.name: each.table() for each in self.folders}

    def text(self) -> str:
        """The mapping for a person: folder → dialect, files, lines, kinds, how sure."""
        rows = [f"Attached {self.root}:"]
        for each in self.found:
            guess = each.guess
            told = "".join(f", {option} {value}" for option, value in each.told.items())
            rows.append(f"  {each.name}: {each.path} → dialect {each.dialect}{told}")
            rows += [f"    of {many(len(each.only), 'log')} in it: {name}" for name in each.only]
            rows.append(
                f"    {many(len(each.files), 'file')}, {many(guess.lines, 'line')} sampled, "
                f"sure {guess.sure_ratio:.0%}: {guess.why}"
            )
            if each.guessed is not None:
                rows += _guessed_rows(each.guessed)
            elif guess.kinds:
                kinds = ", ".join(f"{kind} {n}" for kind, n in list(guess.kinds.items())[:12])
                rows.append(f"    kinds: {kinds}")
        for folder in self.folders:
            dialect = folder.options.get("dialect")
            told = f", dialect {dialect}" if dialect else ""
            rows.append(f"  {folder.name}: {folder.path} → kind {folder.kind}{told}")
            rows.append(f"    {folder.why}")
        rows += left_out_rows(self.left_out)
        return "\n".join(rows)


def attach(folder: str | Path, *, again: bool = False) -> Mapping:
    """Guess what lies below a folder (or in one file); nothing is written.

    Each kind of source is asked which folders are its own (`recognizes`); logs that lie in such a
    folder belong to it. Text logs whose lines a dialect knows and files that a system always calls
    the same (`trade_state.json`) are sources too; of other files it is told why they are none.

    Logs of one dialect below one folder become one source, because their files belong together
    (an events file and its order files). Where several dialects are found, each folder of logs is a
    source of its own, and in a folder that mixes them the files of each dialect are one. Folders of
    one system's accounts side by side are one source, and each folder is an account. An empty or
    missing folder becomes a source that waits for its first lines.

    Args:
        folder: the folder, or a file.
        again: it was attached before: a file is taken whatever it holds now.

    Raises:
        OriginError: when the path's own folder does not exist either; when a file is nothing that
            can be read.
    """
    root = absolute(folder)
    # The root of all folders is always there: that a name stands in it says nothing.
    awaited = root.parent.is_dir() and root.parent != Path(root.anchor)
    if not root.exists() and not awaited:
        missing = "a folder for it" if root.parent.is_dir() else "its folder"
        raise OriginError(f"{folder}: neither it nor {missing} exists. {_ALLOWED}")
    others = recognized_below(root)
    lone = lone_files(root, others)
    others += lone.found
    if not (others or again) and (strange := why_strange(root)):
        raise OriginError(strange)
    own = {each.path for each in others}
    there = [file for file in files_of(root) if file not in own]
    claimed = {folder for folder in {file.parent for file in there} if others and kind_of(folder)}
    files = [file for file in there if file.parent not in claimed]
    if not files and others:
        return _named(root, [], others, lone.left_out)
    if not files:
        missing = "" if root.exists() else "there is nothing of that name: "
        why = f"{missing}no log yet; guessed at its first lines"
        waiting = Guess("auto", 0.0, 0, 0, why=why)
        mapped = (Mapped(_name(root), root, "auto", (), waiting),)
        return Mapping(root, mapped, left_out=lone.left_out)
    folders = {folder: parts_of(own) for folder, own in by_folder(files).items()}
    spoken = {each.dialect for parts in folders.values() for each in parts} - {"unknown"}
    if len(spoken) <= 1 and len(files) == len(there):
        whole = infer(sample_of(files))
        found = [_mapped(root, files, whole)]
        return _named(root, found, others, lone.left_out)
    left_out: dict[Path, str] = {}
    found = _apart(root, folders, claimed, left_out)
    return _named(root, found, others, left_out | lone.left_out)


def _apart(
    root: Path, folders: dict[Path, list[Part]], taken: set[Path], left_out: dict[Path, str]
) -> list[Mapped]:
    """One source for each dialect in a folder; for each log where others' folders lie below it."""
    found = []
    for base, own in account_bases(root, folders, taken).items():
        files = [file for folder in own for part in folders[folder] for file in part.files]
        found.append(_mapped(base, files, infer(sample_of(files))))
        folders = {folder: parts for folder, parts in folders.items() if folder not in own}
    for folder, parts in folders.items():
        others = (*folders, *taken)
        below = any(other != folder and other.is_relative_to(folder) for other in others)
        for part in parts:
            told = account_in(root, folder, part.dialect)
            if part.dialect == "unknown" and len(parts) > 1 and not part.guess.lines:
                found += [_mapped(each, (each,), part.guess) for each in part.files]  # still empty
            elif part.dialect == "unknown":
                left_out[folder if len(parts) == 1 else part.files[0]] = part.guess.why
            elif len(parts) > 1:
                mixed = _mapped(folder, part.files, part.guess)
                name = f"{mixed.name}_{part.dialect}"
                found.append(replace(mixed, name=name, only=part.names, told=told))
            elif below:
                alone = [_mapped(each, (each,), infer(sample_of([each]))) for each in part.files]
                found += [replace(each, told=told) for each in alone]
            else:
                found.append(replace(_mapped(folder, part.files, part.guess), told=told))
    return found


def _mapped(path: Path, files: Sequence[Path], guess: Guess) -> Mapped:
    """The source that files become; where no dialect knows them, with a guessed mapping."""
    if guess.dialect == GENERIC:
        mapping = guess_mapping(sample_of(files))
        if mapping.is_better:
            return Mapped(_name(path), path, "auto", tuple(files), guess, mapping)
    return Mapped(_name(path), path, _dialect(guess), tuple(files), guess)


def _guessed_rows(guessed: Guessed) -> list[str]:
    """What was guessed, and how to get it into a file."""
    rows = [f"    {guessed.why}; sure {guessed.sure_ratio:.0%}"]
    rows += [f"      {row}" for row in map(escaped_text, guessed.text().splitlines())]
    return [*rows, "    --write-dialect FILE.toml writes this mapping to a file that can be edited"]


def _named(
    root: Path, found: list[Mapped], others: list[Recognized], left_out: dict[Path, str]
) -> Mapping:
    """The mapping, with names that are all different, and tell of which system each of many is."""
    names: list[Mapped | Recognized] = [*found, *others]
    if len(names) > 1:
        names = [replace(each, name=name_within(each.name, _system(each))) for each in names]
    names = _unique(names)
    logs = tuple(each for each in names if isinstance(each, Mapped))
    folders = tuple(each for each in names if isinstance(each, Recognized))
    return Mapping(root, logs, folders, left_out)


def write_dialect(mappings: Sequence[Mapping], path: Path) -> Guessed:
    """Write the guessed mapping of what was attached to a new file; the logs are only read.

    Raises:
        OriginError: when nothing was guessed, or several mappings were; when the file exists
            already or cannot be written.
    """
    guessed = [each for mapping in mappings for each in mapping.found if each.guessed is not None]
    if not guessed:
        raise OriginError(
            "no mapping was guessed, so none is written: the lines are known, or none of them is "
            "called by a usual name of trading"
        )
    if len(guessed) > 1:
        paths = ", ".join(str(each.path) for each in guessed)
        raise OriginError(f"a mapping was guessed for each of {paths}; attach one of them alone")
    (mapped,) = guessed
    assert mapped.guessed is not None
    mapped.guessed.write(path)
    return mapped.guessed


def _dialect(guess: Guess) -> str:
    return "auto" if guess.dialect == "unknown" else guess.dialect


def _system(found: Mapped | Recognized) -> str:
    return found.dialect if isinstance(found, Mapped) else found.options.get("dialect", "")


def _name(path: Path) -> str:
    return path.name.partition(".")[0] or "log"


def _unique(found: Sequence[Mapped | Recognized]) -> list[Mapped | Recognized]:
    """Names that are all different, numbered where they were not."""
    seen: dict[str, int] = {}
    made: list[Mapped | Recognized] = []
    for each in found:
        seen[each.name] = number = seen.get(each.name, 0) + 1
        made.append(each if number == 1 else replace(each, name=f"{each.name}_{number}"))
    return made
