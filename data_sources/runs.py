"""Run folders: what each run of a bot earned, holds and does, from the files that it writes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from data_sources.errors import ConfigError
from data_sources.files.label import file_label
from data_sources.files.stamp import why
from data_sources.files.watched_folder import WatchedFolder, counted
from data_sources.reading import Reading
from data_sources.run_folders.listing import looks_like_runs, run_paths
from data_sources.run_folders.run_counts import counts_of, quarantined_of
from data_sources.run_folders.run_folder import RunFolder
from data_sources.run_folders.run_names import run_names
from data_sources.run_folders.run_rows import (
    alert_rows,
    ascending,
    equity_frame,
    position_row,
    rows_frame,
    run_row,
    steps_frame,
)
from data_sources.run_folders.run_state import run_state
from data_sources.run_folders.table_file import BadTableError
from data_sources.run_folders.trades import trades_of


class RunsSource(WatchedFolder):
    """Watches a folder of run folders; each `read()` gives all runs.

    A run folder holds `meta.json`, and perhaps a table of steps (`events.parquet` or `events.csv`)
    and `alerts.jsonl`. The files are only ever read, and again only when they changed. What cannot
    be read keeps what it last told, and the reason stands in `detail` of the run.

    Args:
        path: the folder of run folders, or one run folder; it may appear later.
        name: the source's name in pages and frames; the last part of the path when empty.
        account_id: the trading account that the runs belong to.
        timezone: what a time without a zone means; such times are counted.
        every_seconds: the pace the desk asks at.
        stale_after_seconds: when a reading is stale; three paces, at least 10 s, if missing.
        run_stale_after_seconds: when a silent unfinished run is stale; its own pace if missing.
        runs_max: so many runs are read, the newest by their `meta.json`.
        clock: gives our time in epoch nanoseconds; for tests.

    Raises:
        ConfigError: for a zone that is not known or a limit that is not above zero.

    Frames:
        runs: a row a run, ascending by its newest step.
        equity: the newest 2,000 points of a run, together 50,000, newest runs first.
        steps: the newest 50 of a run, together 5,000, newest runs first.
        alerts: the newest 1,000 of a run.
        positions: what an unfinished run holds after its last step.

    States:
        ok: all is well.
        waiting: there is no folder or no run yet.
        degraded: some file cannot be read now, or there are more runs than `runs_max`; what such a
            run last told is kept.
        misconfigured: the path is no folder.
        unreadable: the folder cannot be listed.

    Example:
        >>> runs = RunsSource("live_runs")
        >>> runs.read().frame[["run_id", "state", "equity", "drawdown_ratio"]]
    """

    kind: ClassVar = "runs"
    frame_name: ClassVar = "runs"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        account_id: str | None = None,
        timezone: str = "UTC",
        every_seconds: float = 2.0,
        stale_after_seconds: float | None = None,
        run_stale_after_seconds: float | None = None,
        runs_max: int = 500,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        if every_seconds <= 0 or runs_max <= 0 or (run_stale_after_seconds or 1) <= 0:
            raise ConfigError("every_seconds, runs_max and run_stale_after_seconds must be above 0")
        super().__init__(
            path,
            name=name or Path(path).name or "runs",
            account_id=account_id,
            timezone=timezone,
            every_seconds=every_seconds,
            stale_after_seconds=stale_after_seconds,
            clock=clock,
        )
        self.run_stale_after_seconds = run_stale_after_seconds
        self.runs_max = runs_max
        self._runs: dict[Path, RunFolder] = {}
        self._order: list[RunFolder] = []
        self._frames: dict[str, pd.DataFrame] = {}
        self._as_of: pd.Timestamp | None = None

    def __repr__(self) -> str:
        return f"RunsSource({self.path!r}, name={self.name!r}, runs={len(self._order)})"

    @classmethod
    def recognizes(cls, path: Path) -> str | None:
        """Why a folder is one of this kind, None when it is not."""
        found = looks_like_runs(path)
        return f"{found} run folder{'s' if found > 1 else ''} with a meta.json" if found else None

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look once.

        Args:
            cursor: not used; a state is always given whole.
            limit_bytes: likewise.

        Returns:
            A Reading with the frame `runs` (and `detail`, why a run is in its state); `frames`
            holds `equity`, `steps`, `alerts`, `positions` with the run's id in `session_id`.
            Drawdowns are 0 or below, over the whole series of a run, whatever part of it is given.
        """
        del cursor, limit_bytes
        now_ns = self._clock()
        state, problem, changed = self._look()
        if state in ("ok", "waiting", "degraded"):
            self._as_of = pd.Timestamp(now_ns, unit="ns", tz="UTC")
        rows, troubles = self._rows(now_ns)
        if troubles and state == "ok":
            told = counted(
                troubles, len(rows), "runs cannot be read whole", "`detail` of each says why"
            )
            state, problem = "degraded", told
        if changed or not self._frames:
            self._frames = self._other_frames()
        return Reading(
            frame=ascending(
                rows_frame("runs", rows, self.name, self.account_id, extra="detail"),
                "ts_last_event",
            ),
            cursor={},
            as_of=self._as_of,
            state=state,
            problem=problem,
            counts=counts_of(self._order),
            quarantined=quarantined_of(self._order),
            frames=self._frames,
        )

    def meta(self, run_id: str) -> dict[str, Any]:
        """The `meta.json` of a run as it stands there.

        Raises:
            KeyError: there is no such run.
        """
        run = self._run(run_id)
        return dict(run.meta.fields) if run.meta else {}

    def steps(self, run_id: str, limit: int = 500) -> pd.DataFrame:
        """The newest steps of a run, ascending; columns as in `data_sources.run_folders.steps`.

        Raises:
            KeyError: there is no such run.
            LookupError: it has no events file, or one that cannot be read.
        """
        try:
            return self._run(run_id).table.steps().tail(limit).reset_index(drop=True)
        except (BadTableError, FileNotFoundError) as error:
            raise LookupError(f"no steps of {run_id!r}: {error}") from None

    def trades(self, run_id: str) -> pd.DataFrame:
        """The trades table of a run with the columns that its writer chose.

        Raises:
            KeyError: there is no such run.
            LookupError: it has no trades file, or one that cannot be read.
        """
        try:
            return trades_of(self._run(run_id).path)
        except (BadTableError, FileNotFoundError) as error:
            raise LookupError(f"no trades of {run_id!r}: {error}") from None

    def raw_line(self, raw_generation: str, raw_offset: int) -> str | None:
        """The line an alert came from, as text; None when it is gone."""
        for run in list(self._order):
            if run.alerts_name == raw_generation:
                line = run.alert_line(raw_offset)
                return None if line is None else line.decode("utf-8", errors="backslashreplace")
        return None

    def _run(self, run_id: str) -> RunFolder:
        """A run by its id: compared with those that are there, never made into a path."""
        if not self._order:
            self._look()
        for name, run in run_names(self._order).items():
            if name == run_id:
                return run
        raise KeyError(f"no run {file_label(run_id[:300])!r}")

    def _look(self) -> tuple[str, str | None, bool]:
        """List the folder and look at each run; return state, problem, and whether it changed."""
        try:
            paths, there = run_paths(self._root, self.runs_max)
        except FileNotFoundError:
            return "waiting", f"{self.path} does not exist yet", self._forget()
        except NotADirectoryError:
            return "misconfigured", f"{self.path} is no folder; name the folder of the runs", False
        except OSError as error:
            return "unreadable", f"{self.path} cannot be listed: {why(error)}", False
        before = self._order
        for path in paths:
            if path not in self._runs:
                self._runs[path] = RunFolder(path, self._zone, self._clock)
        self._runs = {path: self._runs[path] for path in paths}
        changed = [run for run in self._runs.values() if run.look()]
        self._order = [run for run in self._runs.values() if not run.gone]
        self._runs = {run.path: run for run in self._order}
        if there > self.runs_max:
            text = f"{there} runs, only the newest {self.runs_max} are read; raise runs_max"
            return "degraded", text, bool(changed)
        if not self._order:
            text = f"no run yet: no folder below {self.path} has a meta.json"
            return "waiting", text, bool(before)
        return "ok", None, bool(changed) or before != self._order

    def _forget(self) -> bool:
        had = bool(self._order)
        self._runs, self._order = {}, []
        return had

    def _rows(self, now_ns: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Rows of all runs, and what is wrong with some of them."""
        rows, troubles = [], []
        for name, run in run_names(self._order).items():
            state, detail = run_state(run, now_ns, self.run_stale_after_seconds)
            rows.append({**run_row(run, state, detail), "run_id": name})
            if run.problem:
                troubles.append(f"run {run.folder}: {run.problem}")
        return rows, troubles

    def _other_frames(self) -> dict[str, pd.DataFrame]:
        names = run_names(self._order)
        given = (self.name, self.account_id)
        positions = [row for name, run in names.items() if (row := position_row(run, name))]
        alerts = [row for name, run in names.items() for row in alert_rows(run, name)]
        return {
            "equity": equity_frame(names, *given),
            "steps": steps_frame(names, *given),
            "alerts": ascending(rows_frame("alerts", alerts, *given), "ts_event"),
            "positions": rows_frame("positions", positions, *given),
        }
