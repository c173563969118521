"""The JSON file source: a file that is rewritten whole, such as a bot's open positions, or TOML."""

from __future__ import annotations

import json
import os
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from data_sources.columns import EVENT_COLUMNS
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.errors import ConfigError
from data_sources.files.plain import NotAFileError, read_plain
from data_sources.frames import empty, shaped
from data_sources.lines.strict import BadLineError, parse_line
from data_sources.reading import Counts, Reading

Stamp = tuple[int, int, int]


class JsonFileSource:
    """Reads a JSON or TOML file whole when it changed; each `read()` gives all frames it tells.

    The file is taken for one event of the kind *told_as*, and the dialect's `[frames.<name>]`
    tables for that kind say which rows it becomes.

    Args:
        path: of the file; it is only ever read. One that is called `….toml` is TOML.
        dialect: the name of a built-in dialect, or the path of a dialect's TOML.
        told_as: the kind of event that the file is, such as `telemetry.trade_state`.
        name: the source's name in pages and frames; the file's name when empty.
        account_id: the trading account that it belongs to.
        timezone: what a time without a zone means, such as "Europe/Kyiv".
        every_seconds: the pace the desk should look at.
        stale_after_seconds: how old the file may become; twelve paces when missing.
        max_bytes: a larger file is not read.
        now: gives epoch seconds; for tests.

    Raises:
        ConfigError: for a pace, zone or kind that cannot be.
        DialectError: for a dialect that is not known or cannot be used.

    Frames:
        services: one row: how the file is. The dialect says which others there are.

    States:
        ok: the file is as told.
        waiting: it was never there.
        degraded: it is half-written or broken now; its last good content is given on, with its own
            `as_of`.
        down: it is gone; its last good content is given on.
        bad_payload: it never held one JSON object, or TOML.
        unreadable: it cannot be opened, is larger than `max_bytes`, or no file but a folder,
            a pipe, a socket or a device.

    Example:
        >>> JsonFileSource("trade_state.json", dialect="quantum_trader",
        ...                told_as="telemetry.trade_state").read().frames["positions"]
    """

    kind: ClassVar = "json_file"
    frame_name: ClassVar = "services"
    usual: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "trade_state.json": {"dialect": "quantum_trader", "told_as": "telemetry.trade_state"},
        "strategy_tiering.toml": {"dialect": "peak_trade", "told_as": "telemetry.strategy_tiering"},
        "alerts_state.json": {"dialect": "peak_trade", "told_as": "telemetry.alert_actions"},
    }
    """What the systems call such a file → how it is read."""

    def __init__(
        self,
        path: str | Path,
        *,
        dialect: str,
        told_as: str,
        name: str = "",
        account_id: str = "",
        timezone: str = "UTC",
        every_seconds: float = 5.0,
        stale_after_seconds: float | None = None,
        max_bytes: int = 8 << 20,
        now: Callable[[], float] = time.time,
    ) -> None:
        if not 0 < every_seconds < float("inf"):
            raise ConfigError(f"every_seconds: was {every_seconds}; it must be a number above 0")
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(
                f"timezone: was {timezone!r}; it must be a zone of the tz database"
            ) from None
        self.dialect = dialect
        self._spoken = load_dialect(dialect)
        known = frames_of(self._spoken)
        self._names = [frame for frame, kinds in known.items() if told_as in kinds]
        if not self._names:
            told = sorted({kind for kinds in known.values() for kind in kinds}) or ["none"]
            raise ConfigError(
                f"told_as: was {told_as!r}, of which {dialect!r} makes no frame; it makes frames "
                f"of {', '.join(told)}"
            )
        self.path = str(path)
        self.told_as = told_as
        self.name = name or Path(path).name
        self.account_id = account_id
        self.every_seconds = float(every_seconds)
        self.stale_after_seconds = float(stale_after_seconds or 12 * every_seconds)
        self._is_toml = self.path.casefold().endswith(".toml")
        self._max_bytes = max_bytes
        self._now = now
        self._stamp: Stamp | None = None
        self._problem: tuple[str, str] | None = None
        self._as_of: pd.Timestamp | None = None
        self._frames: Mapping[str, pd.DataFrame] = {name: empty(name) for name in self._names}

    def __repr__(self) -> str:
        return f"JsonFileSource({self.path!r}, name={self.name!r}, told_as={self.told_as!r})"

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 0) -> Reading:
        """Look whether the file changed, and give all that it tells.

        Args:
            cursor: not used here; the file is all there is to know.
            limit_bytes: not used here; a state is always given whole.
        """
        del cursor, limit_bytes
        self._look()
        state, problem = self._problem or ("ok", None)
        if problem and self._as_of is not None:
            problem += f"; given is what stood there at {self._as_of:%Y-%m-%dT%H:%M:%SZ}"
        row = {
            "name": self.name,
            "kind": "service",
            "state": state,
            "as_of": pd.Timestamp(round(self._now() * 1e9), unit="ns", tz="UTC"),
            "detail": problem,
        }
        return Reading(
            frame=shaped("services", [row], source=self.name, account_id=self.account_id or None),
            cursor={},
            as_of=self._as_of,
            state=state,
            problem=problem,
            counts=Counts(),
            frames=self._frames,
        )

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _look(self) -> None:
        before = self._as_of is not None
        try:
            if _stamp(Path(self.path).stat()) == self._stamp:
                return
            data, found = read_plain(self.path, self._max_bytes + 1)
            self._stamp, self._problem = _stamp(found), None
            if len(data) > self._max_bytes:
                self._problem = ("unreadable", f"{self.path} has more than {self._max_bytes} bytes")
                return
            self._take(data, found.st_mtime_ns)
        except FileNotFoundError:
            self._stamp = None
            state = "down" if before else "waiting"
            self._problem = (state, f"{self.path} is not there; it is waited for")
        except NotAFileError as e:
            self._stamp = None
            self._problem = ("unreadable", f"{self.path} {e.strerror}; it is looked for again")
        except OSError as e:
            self._stamp = None
            self._problem = ("unreadable", f"{self.path} cannot be read: {e.strerror}")
        except BadLineError as e:
            state = "degraded" if before else "bad_payload"
            what = "TOML" if self._is_toml else "JSON object"
            self._problem = (state, f"{self.path} is no {what} now ({e}); is it half-written?")

    def _take(self, data: bytes, changed_ns: int) -> None:
        """Make the frames of the file's content; raises BadLineError, and changes nothing then."""
        data = _as_json(data) if self._is_toml else data
        parse_line(data.strip())
        as_of = pd.Timestamp(changed_ns, unit="ns", tz="UTC")
        event = dict.fromkeys(EVENT_COLUMNS) | {
            "ts_event": as_of,
            "source": self.name,
            "account_id": self.account_id or None,
            "kind": self.told_as,
            "attributes": data.decode(),
        }
        events = pd.DataFrame([event], columns=list(EVENT_COLUMNS))
        self._frames = {
            name: frame_of(events, self._spoken, name, zone=self._zone) for name in self._names
        }
        self._as_of = as_of


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _as_json(data: bytes) -> bytes:
    """Return TOML as the JSON object that says the same; its times and dates become texts.

    Raises:
        BadLineError: it is no TOML.
    """
    try:
        return json.dumps(tomllib.loads(data.decode()), default=str).encode()
    except UnicodeDecodeError as e:
        raise BadLineError("utf8", f"byte {e.start} is not UTF-8") from None
    except tomllib.TOMLDecodeError as e:
        raise BadLineError("malformed", str(e)) from None
    except RecursionError:
        raise BadLineError("depth", "nested too deeply") from None
