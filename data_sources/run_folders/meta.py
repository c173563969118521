"""`meta.json`: what a run says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from data_sources.files.json_object import first, json_object, whole
from data_sources.files.label import label

META_BYTES: Final = 4 << 20
DEFAULT_FLUSH_STEPS: Final = 50
LEAST_STALE_SECONDS: Final = 600.0
_REQUIRED: Final = ("run_id", "mode", "strategy_name", "symbol", "timeframe")
_TIMEFRAME = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Meta:
    """The parsed file; names are printable, times as they stand there.

    fields  the whole object
    """

    run_id: str
    mode: str
    strategy_id: str
    symbol: str
    timeframe: str
    started_at: Any
    ended_at: Any
    fields: dict[str, Any]

    @property
    def currency(self) -> str | None:
        """What the symbol is quoted in, where it says so: EUR of BTC/EUR."""
        _, slash, quote = self.symbol.partition("/")
        return quote.partition(":")[0] or None if slash else None

    @property
    def stale_after_seconds(self) -> float:
        """How long an unfinished run may be silent.

        Steps reach the disk in batches, so a healthy run is silent for a whole batch.
        """
        snapshot = self.fields.get("config_snapshot")
        section = snapshot.get("shadow_paper_logging") if isinstance(snapshot, dict) else None
        told = first(section, "flush_interval_steps") if isinstance(section, dict) else None
        steps = whole(told) or DEFAULT_FLUSH_STEPS
        match = _TIMEFRAME.fullmatch(self.timeframe.strip())
        step_seconds = int(match[1]) * _UNIT_SECONDS[match[2].lower()] if match else 0
        return max(LEAST_STALE_SECONDS, 1.5 * steps * step_seconds)


def parse_meta(data: bytes) -> Meta:
    """Read the file.

    Raises:
        ValueError: when it is no whole object or lacks a required field.
    """
    fields = json_object(data)
    words = {name: label(fields.get(name)) for name in _REQUIRED}
    missing = [name for name, word in words.items() if word is None]
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    run_id, mode, strategy, symbol, timeframe = (str(words[name]) for name in _REQUIRED)
    started, ended = fields.get("started_at"), fields.get("ended_at")
    return Meta(run_id, mode, strategy, symbol, timeframe, started, ended, fields)
