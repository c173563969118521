"""Session registries: one JSON file a session, as a bot leaves them behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.errors import ConfigError
from data_sources.files.label import file_label
from data_sources.files.stamp import why
from data_sources.files.watched_folder import WatchedFolder, counted
from data_sources.frames import shaped
from data_sources.reading import Counts, Reading
from data_sources.session_files.registry_folder import BAD_FILE, RegistryFolder, looks_like_registry
from data_sources.session_files.session import without_secrets

MOST_QUARANTINED: Final = 1_000


class SessionsSource(WatchedFolder):
    """Watches a folder of session files; each `read()` gives all sessions, the newest file of each.

    The files are only ever read, and again only when they changed. A file in the middle of being
    written keeps what it last told; one bad file hides no other.

    Args:
        path: the folder of the files (`*.json`, hidden ones not); it may appear later.
        name: the source's name in pages and frames; the last part of the path when empty.
        account_id: the trading account that the sessions belong to.
        timezone: what a time without a zone means; such times are counted.
        every_seconds: the pace the desk asks at.
        stale_after_seconds: when a reading is stale; three paces, at least 10 s, if missing.
        files_max: so many files are read, the newest by their names.
        clock: gives our time in epoch nanoseconds; for tests.

    Raises:
        ConfigError: for a zone that is not known or a limit that is not above zero.

    Frames:
        sessions: a row a session, ascending by when it began.
        session_limits: a row a limit of a session, as its risk check left it.

    States:
        ok: all is well.
        waiting: there is no folder or no file yet.
        degraded: some file cannot be used and is named, or there are more files than `files_max`.
        bad_payload: no file can be used.
        misconfigured: the path is no folder.
        unreadable: the folder cannot be listed.

    Example:
        >>> sessions = SessionsSource("reports/experiments/live_sessions")
        >>> sessions.read().frame[["session_id", "status", "realized_pnl"]]
    """

    kind: ClassVar = "sessions"
    frame_name: ClassVar = "sessions"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        account_id: str | None = None,
        timezone: str = "UTC",
        every_seconds: float = 2.0,
        stale_after_seconds: float | None = None,
        files_max: int = 5_000,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        if every_seconds <= 0 or files_max <= 0:
            raise ConfigError("every_seconds and files_max must be above 0")
        super().__init__(
            path,
            name=name or Path(path).name or "sessions",
            account_id=account_id,
            timezone=timezone,
            every_seconds=every_seconds,
            stale_after_seconds=stale_after_seconds,
            clock=clock,
        )
        self.files_max = files_max
        self._registry = RegistryFolder(self._root, self._zone, clock, files_max)
        self._frame = shaped("sessions", ()).assign(detail=pd.Series([], dtype="str"))
        self._limits = shaped("session_limits", ())
        self._as_of: pd.Timestamp | None = None

    def __repr__(self) -> str:
        return f"SessionsSource({self.path!r}, name={self.name!r}, sessions={len(self._frame)})"

    @classmethod
    def recognizes(cls, path: Path) -> str | None:
        """Why a folder is one of this kind, None when it is not."""
        found = looks_like_registry(path)
        return f"{found} session file{'s' if found > 1 else ''}" if found else None

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look once.

        Args:
            cursor: not used; a state is always given whole.
            limit_bytes: likewise.

        Returns:
            A Reading with the frame `sessions`, ascending, and `detail`: the session's own error
            text. `max_drawdown_ratio` is 0 or below. A status stays the word that the file has.
            `risk_state` is ok, warning, breach, or unknown where the file says nothing of risk.
            `frames` has `session_limits`; `used_ratio` is the share of the limit, 1 is all of it.
        """
        del cursor, limit_bytes
        state, problem, changed = self._look()
        if state in ("ok", "waiting", "degraded"):
            self._as_of = pd.Timestamp(self._clock(), unit="ns", tz="UTC")
        if changed:
            self._frame, self._limits = self._sessions(), self._risk_limits()
        return Reading(
            frame=self._frame,
            cursor={},
            as_of=self._as_of,
            state=state,
            problem=problem,
            counts=self._counts(),
            quarantined=tuple(self._registry.set_aside()[-MOST_QUARANTINED:]),
            frames={"session_limits": self._limits},
        )

    def record(self, session_id: str) -> dict[str, Any]:
        """The whole file of a session; values that are named like a secret are hidden.

        Raises:
            KeyError: there is no such session.
        """
        if self._as_of is None:
            self.read()
        for session in self._registry.sessions():
            if session.session_id == session_id:
                return without_secrets(session.fields)
        raise KeyError(f"no session {file_label(session_id[:300])!r}")

    def _look(self) -> tuple[str, str | None, bool]:
        """Look at the files; return state, problem, and whether anything changed."""
        try:
            changed = self._registry.look()
        except FileNotFoundError:
            self._registry = RegistryFolder(self._root, self._zone, self._clock, self.files_max)
            return "waiting", f"{self.path} does not exist yet", True
        except NotADirectoryError:
            return "misconfigured", f"{self.path} is no folder; name the folder of the files", False
        except OSError as error:
            return "unreadable", f"{self.path} cannot be listed: {why(error)}", False
        files, good, wrong = self._registry.files()
        if not files:
            return "waiting", f"no session file (*.json) in {self.path} yet", changed
        if wrong:
            state = "degraded" if good or len(self._frame) else "bad_payload"
            most = (
                f"the newest {MOST_QUARANTINED:,} are"
                if len(wrong) > MOST_QUARANTINED
                else "each is"
            )
            listed = f"{most} in /api/quarantine"
            return state, counted(wrong, files, "files cannot be used", listed), changed
        if self._registry.there > files:
            text = f"{self._registry.there} files, only the newest {files} are read"
            return "degraded", f"{text}; raise files_max", changed
        return "ok", None, changed

    def _sessions(self) -> pd.DataFrame:
        rows = [session.row for session in self._registry.sessions()]
        frame = shaped("sessions", rows, source=self.name, account_id=self.account_id)
        return frame.assign(detail=pd.Series([row["detail"] for row in rows], dtype="str"))

    def _risk_limits(self) -> pd.DataFrame:
        rows = [row for session in self._registry.sessions() for row in session.limits]
        return shaped("session_limits", rows, source=self.name, account_id=self.account_id)

    def _counts(self) -> Counts:
        """Files instead of lines: those that are good, superseded ones, and bad ones."""
        files, good, wrong = self._registry.files()
        sessions = self._registry.sessions()
        superseded = max(0, good - len(sessions))
        return Counts(
            lines_in=files,
            accepted=files - len(wrong) - superseded,
            quarantined={BAD_FILE: len(wrong)} if wrong else {},
            duplicates=superseded,
            naive=sum(session.naive for session in sessions),
            untimed=sum(session.started is None for session in sessions),
        )
