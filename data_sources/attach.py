"""Looks below a folder for logs and says which dialect each folder of them speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_sources.errors import OriginError
from data_sources.lines.infer import Guess, files_of, infer, sample_of


@dataclass(frozen=True, slots=True)
class Mapped:
    """One dialect found at a path: the source it becomes, and what it was told by."""

    name: str
    path: Path
    dialect: str
    files: tuple[Path, ...]
    guess: Guess


@dataclass(frozen=True, slots=True)
class Mapping:
    """What was found below a folder."""

    root: Path
    found: tuple[Mapped, ...] = ()
    left_out: dict[Path, str] = field(default_factory=dict)

    def sources(self) -> dict[str, dict[str, Any]]:
        """Name → table of a source, as in `[sources.<name>]`."""
        return {
            each.name: {"kind": "jsonl", "path": str(each.path), "dialect": each.dialect}
            for each in self.found
        }

    def text(self) -> str:
        """The mapping for a person: folder → dialect, files, lines, kinds, how sure."""
        rows = [f"Attached {self.root}:"]
        for each in self.found:
            guess = each.guess
            rows.append(f"  {each.name}: {each.path} → dialect {each.dialect}")
            rows.append(
                f"    {_many(len(each.files), 'file')}, {_many(guess.lines, 'line')} sampled, "
                f"sure {guess.sure_ratio:.0%}: {guess.why}"
            )
            if guess.kinds:
                kinds = ", ".join(f"{kind} {n}" for kind, n in list(guess.kinds.items())[:12])
                rows.append(f"    kinds: {kinds}")
        rows += [f"  left out {path}: {why}" for path, why in self.left_out.items()]
        return "\n".join(rows)


def attach(folder: str | Path) -> Mapping:
    """Guess the dialects of the logs below a folder (or of one file); nothing is written.

    Logs of one dialect below one folder become one source, because their files belong together
    (an events file and its order files). Where several dialects are found, each folder of logs is a
    source of its own. An empty or missing folder becomes a source that waits for its first lines.

    Raises:
        OriginError: when the path's own folder does not exist either.
    """
    root = Path(folder).expanduser().absolute()
    if not root.exists() and not root.parent.is_dir():
        raise OriginError(f"{folder}: neither it nor its folder exists")
    files = files_of(root)
    if not files:
        waiting = Guess("auto", 0.0, 0, 0, why="no log yet; guessed at its first lines")
        return Mapping(root, (Mapped(_name(root), root, "auto", (), waiting),))
    folders = {file.parent: Guess("unknown", 0.0, 0, 0) for file in files}
    for each in folders:
        folders[each] = infer(sample_of([file for file in files if file.parent == each]))
    spoken = {guess.dialect for guess in folders.values()} - {"unknown"}
    if len(spoken) <= 1:
        whole = infer(sample_of(files))
        return Mapping(root, (Mapped(_name(root), root, _dialect(whole), tuple(files), whole),))
    return _apart(root, files, folders)


def _apart(root: Path, files: list[Path], folders: dict[Path, Guess]) -> Mapping:
    """One source for each dialect whose folders share no folder with another dialect's."""
    found = []
    left_out = {}
    for folder, guess in folders.items():
        own = tuple(file for file in files if file.parent == folder)
        if guess.dialect == "unknown":
            left_out[folder] = guess.why
            continue
        below = any(other != folder and other.is_relative_to(folder) for other in folders)
        for path in own if below else (folder,):
            mine = guess if path == folder else infer(sample_of([path]))
            belongs = own if path == folder else (path,)
            found.append(Mapped(_name(path), path, _dialect(mine), belongs, mine))
    return Mapping(root, _unique(found), left_out)


def _dialect(guess: Guess) -> str:
    return "auto" if guess.dialect == "unknown" else guess.dialect


def _name(path: Path) -> str:
    return path.name.partition(".")[0] or "log"


def _unique(found: list[Mapped]) -> tuple[Mapped, ...]:
    """Names that are all different, numbered where they were not."""
    seen: dict[str, int] = {}
    made = []
    for each in found:
        seen[each.name] = number = seen.get(each.name, 0) + 1
        name = each.name if number == 1 else f"{each.name}_{number}"
        made.append(Mapped(name, each.path, each.dialect, each.files, each.guess))
    return tuple(made)


def _many(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
