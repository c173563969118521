"""Attached folders as sources, and what appears in them later."""

from __future__ import annotations

import logging
from collections.abc import Mapping as Table
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_sources.attach import Mapping, attach
from data_sources.errors import SourceError
from data_sources.files.absolute import absolute
from data_sources.folder_stamps import Stamp, stamps
from data_sources.jsonl import AUTO, JsonlSource
from data_sources.left_out import left_out_rows
from data_sources.lines.account_folders import account_in
from data_sources.lines.infer import GENERIC, files_of
from data_sources.lines.mixed import NOT_KNOWN, Part, by_folder, parts_of
from data_sources.lines.names import PATTERNS, log_name
from data_sources.lone_files import lone_files
from data_sources.outermost import outermost
from data_sources.recognize import kind_of, recognized_below
from data_sources.registry import Source, discover
from data_sources.source_names import name_within

LOG = logging.getLogger(__name__)


class Attached:
    """The sources of some folders, found now and later.

    A source never reads a log of another system that appears in its folder: `news()` makes that log
    a source of its own, or lets the source read it that reads its system's logs there already.

    Args:
        folders: the folders, or single files; one that is named twice, or lies in another, is read
            once.
        before: `tables` of an earlier start. What a folder was made into stays as it was, under the
            same names, whatever else has appeared in it since: what was kept of it goes on. Sources
            whose path is gone are left out.

    Raises:
        OriginError: when a path's own folder does not exist either; when a file that was not
            attached before is nothing that can be read.

    Attributes:
        mappings: what was found at the beginning, a mapping a folder.
        left_out: path → why, of the folders that are read as part of another one.
        sources: name → source, of all that was found until now.
    """

    def __init__(
        self,
        folders: Sequence[str | Path],
        before: Table[str, Table[str, Table[str, Any]]] | None = None,
    ) -> None:
        apart, self.left_out = outermost(folders)
        known = before or {}
        # Before anything is looked into: what is written meanwhile has changed at the next look.
        before_look = {absolute(folder): stamps(absolute(folder)) for folder in apart}
        self.mappings: tuple[Mapping, ...] = tuple(
            attach(folder, again=str(absolute(folder)) in known) for folder in apart
        )
        self.sources: dict[str, Source] = {}
        self._tables: dict[Path, dict[str, dict[str, Any]]] = {}
        self._seen: dict[Path, frozenset[Stamp]] = {}
        for mapping in self.mappings:
            self._tables[mapping.root] = {}
            for name, table in known.get(str(mapping.root), {}).items():
                self._make_again(mapping.root, name, dict(table))
        self._as_before = {root for root, tables in self._tables.items() if tables}
        for mapping in self.mappings:
            if mapping.root in self._as_before:
                self._look(mapping.root)
            else:
                for name, table in mapping.sources().items():
                    self._make(mapping.root, name, table)
            self._seen[mapping.root] = before_look.get(mapping.root, frozenset())
        self._told = set(self.sources)

    @property
    def tables(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Folder → name → the options with which each source was made, its `kind` among them."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for root, tables in self._tables.items():
            found[str(root)] = own = {}
            for name, table in tables.items():
                files = list(getattr(self.sources[name], "files", ()))
                own[name] = table | ({"files": files} if files else {})
        return found

    def text(self) -> str:
        """What was found, for a person; of a folder that is as before, what it was made into."""
        rows = []
        for mapping in self.mappings:
            if mapping.root not in self._as_before:
                rows.append(mapping.text())
                continue
            rows.append(f"Attached {mapping.root}, as it was before:")
            for name, table in self.tables[str(mapping.root)].items():
                logs = f" ({', '.join(table['files'])})" if "files" in table else ""
                told = f"dialect {table['dialect']}" if "dialect" in table else ""
                rows.append(f"  {name}: {table['path']}{logs} → {told or 'kind ' + table['kind']}")
            rows += left_out_rows(mapping.left_out)
        rows += [f"Left out {path}: {why}" for path, why in self.left_out.items()]
        return "\n".join(rows)

    def news(self) -> dict[str, Source]:
        """Look once; name → source, for each that was not given before.

        What a look found before it failed is given by the next one.
        """
        for mapping in self.mappings:
            found = stamps(mapping.root, self._others())
            self._look(mapping.root, not found <= self._seen[mapping.root])
            self._seen[mapping.root] = found
        new = {name: source for name, source in self.sources.items() if name not in self._told}
        self._told.update(new)
        return new

    def _look(self, root: Path, folders_too: bool = True) -> None:
        if folders_too:
            self._take_folders(root)
        self._take_logs(root)

    def _take_folders(self, root: Path) -> None:
        """Folders of other kinds, such as runs; files that are no JSONL."""
        there = {str(getattr(source, "path", "")) for source in self.sources.values()}
        folders = recognized_below(root)
        for found in (*folders, *lone_files(root, folders).found):
            if str(found.path) not in there:
                name = name_within(found.name, found.options.get("dialect", ""))
                self._make(root, name, found.table())

    def _take_logs(self, root: Path) -> None:
        free = [file for file in files_of(root) if not self._is_read(file)]
        for folder, files in by_folder(free).items():
            if kind_of(folder) is None:  # a run's own logs belong to it
                for part in parts_of(files):
                    self._take(root, folder, part)

    def _take(self, root: Path, folder: Path, part: Part) -> None:
        if part.dialect in NOT_KNOWN:
            for log in part.names if part.guess.lines else ():
                table = {"kind": "jsonl", "path": str(folder / log)}
                self._make(root, log.partition(".")[0], table)
            return
        for source in self._logs():
            if source.files and source.speaks == part.dialect and Path(source.path) == folder:
                source.also(part.names)
                return
        table = {"kind": "jsonl", "path": str(folder), "dialect": part.dialect}
        name = f"{folder.name.partition('.')[0]}_{part.dialect}"
        table |= account_in(root, folder, part.dialect)
        self._make(root, name, table | {"files": list(part.names)})

    def _is_read(self, file: Path) -> bool:
        name = log_name(file.name, PATTERNS)
        live = file if name is None else file.with_name(name.live)
        return any(source.covers(live) for source in self._logs())

    def _others(self) -> frozenset[Path]:
        """Files and folders that are sources, but for folders of logs: those have other files."""
        return frozenset(
            Path(path)
            for source in self.sources.values()
            if (path := getattr(source, "path", ""))
            and (source.kind != JsonlSource.kind or Path(path).is_file())
        )

    def _logs(self) -> list[JsonlSource]:
        return [source for source in self.sources.values() if isinstance(source, JsonlSource)]

    def _make(self, root: Path, name: str, table: dict[str, Any]) -> None:
        """Make a source under a name that no other has."""
        unique, number = name, 2
        while unique in self.sources:
            unique, number = f"{name}_{number}", number + 1
        options = dict(table)
        if options.get("dialect") == GENERIC:
            options["dialect"] = AUTO  # what its lines are may show later
        if table["kind"] == "jsonl" and "files" not in table and not Path(table["path"]).is_file():
            options["leave_others"] = True
        self._add(root, unique, options)

    def _make_again(self, root: Path, name: str, table: dict[str, Any]) -> None:
        """Make a source as it was; the logs of one that cannot be made are looked for anew."""
        path = Path(str(table.get("path")))
        if name in self.sources or not (path == root or path.exists()):
            return
        try:
            self._add(root, name, table)
        except (KeyError, TypeError, SourceError) as error:
            LOG.warning("source %s cannot be made as it was: %r", name, error)

    def _add(self, root: Path, name: str, table: dict[str, Any]) -> None:
        options = {key: value for key, value in table.items() if key != "kind"}
        self.sources[name] = discover()[table["kind"]](**options, name=name)
        self._tables[root][name] = table
