"""The log_folder source: is a folder of logs in order? Its files say so, not a report of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from data_sources.dialects.telemetry_checks import check_of, worst_of
from data_sources.endpoint import above_zero
from data_sources.files.watched_folder import few
from data_sources.frames import shaped
from data_sources.log_health.measures import MIB, Measures, measures_of
from data_sources.reading import Counts, Reading

HOUR_SECONDS: Final = 3_600
HEALTH: Final = "telemetry health"


class LogFolderSource:
    """Measures a folder of JSONL logs; each `read()` gives its checks as rows of `services`.

    The checks and limits are those of Peak_Trade's telemetry: the size of the folder, how long ago
    somebody tidied up, what compressions left behind, and how many of the first lines of the newest
    logs are no JSON. They are taken from the files, whether anybody wrote a report of them or not.
    The files are only ever read.

    Args:
        path: the folder of the logs, with all that is below it.
        name: the name of the source; the folder's own when empty.
        account_id: the account that the logs are of.
        every_seconds: the pace the desk should look at.
        stale_after_seconds: how old an answer may be; three paces when missing.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a pace that is not above zero.

    Frames:
        services: a row a check, and `telemetry health`, the worst of them with its exit code.

    States:
        ok: the folder was measured; what its checks say stands in their rows.
        degraded: a file or a folder below could not be looked at, and is named.
        waiting: there is no such folder yet.
        unreadable: it may not be listed, or is no folder.

    Example:
        >>> LogFolderSource("logs/execution").read().frame[["name", "state", "detail"]]
    """

    kind: ClassVar = "log_folder"
    frame_name: ClassVar = "services"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        account_id: str = "",
        every_seconds: float = 60.0,
        stale_after_seconds: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        above_zero(every_seconds=every_seconds)
        self.path = str(path)
        self.name = name or Path(path).name or "log_folder"
        self.account_id = account_id
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 3 * every_seconds)
        self._now = now

    def __repr__(self) -> str:
        return f"LogFolderSource({self.path!r}, name={self.name!r})"

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Measure the folder once.

        Args:
            cursor: not used here; the files are all there is to know.
            limit_bytes: not used here; at most 4 MiB of each of six logs are read.

        Returns:
            A Reading with five rows, or with none where the folder cannot be looked at.
        """
        del cursor, limit_bytes
        now_ns = round(self._now() * 1e9)
        try:
            found = measures_of(Path(self.path).expanduser(), now_ns)
        except FileNotFoundError:
            return self._reading("waiting", f"{self.path} does not exist yet")
        except OSError as error:
            return self._reading("unreadable", f"{self.path}: {error.strerror}; check its rights")
        as_of = pd.Timestamp(now_ns, unit="ns", tz="UTC")
        rows = [{"as_of": as_of, **row} for row in checks_of(found)]
        if not found.troubles:
            return self._reading("ok", None, rows, as_of)
        return self._reading("degraded", f"{self.path}: {few(found.troubles)}", rows, as_of)

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _reading(
        self,
        state: str,
        problem: str | None,
        rows: list[dict[str, Any]] | None = None,
        as_of: pd.Timestamp | None = None,
    ) -> Reading:
        account_id = self.account_id or None
        return Reading(
            frame=shaped("services", rows or (), source=self.name, account_id=account_id),
            cursor={},
            as_of=as_of,
            state=state,
            problem=problem,
            counts=Counts(),
        )


def checks_of(found: Measures) -> list[dict[str, Any]]:
    """Return the rows of the checks, and the worst of them as the last."""
    stale = found.retention_seconds
    shares = f"{found.left_over} left behind of {found.logs} logs"
    sample = f"{found.bad} bad of {found.lines} lines in {found.looked_into} of {found.logs} logs"
    rows = [
        check_of("disk_usage_mb", _tenths(found.size_bytes / MIB)),
        check_of(
            "retention_staleness_hours",
            None if stale is None else _tenths(stale / HOUR_SECONDS),
            "nothing says that anybody tidies up" if stale is None else "",
        ),
        check_of("compression_failure_rate", _percent(found.left_over, found.logs), shares),
        check_of("parse_error_rate", _percent(found.bad, found.lines), sample),
    ]
    return [*rows, worst_of(HEALTH, rows)]


def _percent(part: int, whole: int) -> float | None:
    return _tenths(100 * part / whole) if whole else None


def _tenths(value: float) -> float:
    """Whole tenths, cut off: no limit is reached by it, and what hardly moved is not told anew."""
    return math.floor(value * 10) / 10
