"""The marker source: is trading live? A file says so by being there, its configuration why."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.errors import ConfigError
from data_sources.frames import shaped
from data_sources.lines.names import PATTERNS, log_name
from data_sources.marker_evidence import (
    Evidence,
    Verdict,
    config_evidence,
    is_folder,
    marker_evidence,
    verdict,
)
from data_sources.marker_mode import TOGGLE, mode_verdict
from data_sources.reading import Counts, Reading

MARKER: Final = "go_live.active"
CONFIG: Final = "config/go_live.yaml"


class MarkerSource:
    """Looks whether a GO-LIVE marker file exists; each `read()` gives one row of `services`.

    RICK has a file `.upgrade_toggle` instead, with its mode in one word: `LIVE` is on; `OFF`,
    `GHOST`, `CANARY` and `PAPER` are off; another word, or no such file, is unknown.

    The row's state is `on`, `off` or `unknown`, and its `detail` names the evidence. Only the
    marker decides, as for the bot itself; what the configuration says beside it is told, and where
    the two do not fit together the reading is `degraded`. Never is a marker that could not be
    looked at taken for `off`. Both files are only ever read.

    Args:
        path: of the marker file, or the bot's own folder, in which it is `go_live.active`, or
            `.upgrade_toggle` where that is there alone.
        config: the YAML file that belongs to it; a relative path begins at the marker's folder;
            none when empty. It may be missing.
        name: the name of the source and of its row.
        account_id: the trading account that goes live.
        every_seconds: the pace the desk should look at.
        stale_after_seconds: how old an answer may be; three paces when missing.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a pace that is not above zero.

    Frames:
        services: one row: `state` is `on`, `off` or `unknown`, `detail` the evidence.

    States:
        ok: marker and configuration fit together; a missing configuration is no problem.
        degraded: they do not: `activation_enabled: false` under a marker, two environments, a
            marker that says `activated: false`, a configuration that is no YAML. The row is still
            what the marker says, because the bot obeys it.
        unreadable: nobody can tell whether the marker is there: its folder is missing or forbidden,
            or something that is no file stands in its place, or no mode. The row is `unknown`.

    Example:
        >>> MarkerSource("/srv/bot/go_live.active").read().frame[["state", "detail"]]
    """

    kind: ClassVar = "marker"
    frame_name: ClassVar = "services"

    def __init__(
        self,
        path: str | Path,
        *,
        config: str = CONFIG,
        name: str = "go_live",
        account_id: str = "",
        every_seconds: float = 2.0,
        stale_after_seconds: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not 0 < every_seconds < float("inf"):
            raise ConfigError(f"every_seconds: was {every_seconds}; it must be a number above 0")
        self.path = str(path)
        self.config = config
        self.name = name or "go_live"
        self.account_id = account_id
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 3 * every_seconds)
        self._now = now

    def __repr__(self) -> str:
        return f"MarkerSource({self.path!r}, name={self.name!r})"

    @classmethod
    def recognizes(cls, path: Path) -> str | None:
        """Why a folder is one with a marker, None when it is not, or when logs lie in it."""
        try:
            there = [name for name in (MARKER, CONFIG, TOGGLE) if (path / name).is_file()]
            logs = any(log_name(each.name, PATTERNS) for each in path.iterdir())
        except OSError:
            return None
        return f"has {' and '.join(there)}" if there and not logs else None

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look once and say whether trading is live.

        Args:
            cursor: not used here; the files are all there is to know.
            limit_bytes: not used here; a state is always given whole.

        Returns:
            A Reading with one row; its state is `ok`, `degraded` (what was found does not fit
            together, or the configuration cannot be read) or `unreadable` (nobody can tell whether
            the marker is there).
        """
        del cursor, limit_bytes
        path = self._marker_path()
        found = mode_verdict(path) if path.name == TOGGLE else self._verdict(path)
        now = pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC")
        row = {
            "name": self.name,
            "kind": "service",
            "state": found.state,
            "since": found.since,
            "as_of": now,
            "detail": found.detail,
        }
        account_id = self.account_id or None
        sick = "unreadable" if found.state == "unknown" else "degraded"
        return Reading(
            frame=shaped("services", [row], source=self.name, account_id=account_id),
            cursor={},
            as_of=now,
            state="ok" if found.problem is None else sick,
            problem=found.problem,
            counts=Counts(),
        )

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _marker_path(self) -> Path:
        path = Path(self.path).expanduser()
        if path.name in (MARKER, TOGGLE) or not is_folder(path):
            return path
        is_mode = not (path / MARKER).exists() and not (path / self.config).is_file()
        return path / (TOGGLE if is_mode and (path / TOGGLE).is_file() else MARKER)

    def _verdict(self, path: Path) -> Verdict:
        marker = marker_evidence(path)
        config = config_evidence(path.parent / self.config) if self.config else Evidence(False)
        return verdict(marker, config, path.name)
