"""What a system allows its accounts: `[limits.<name>]` in its TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from data_sources.dialects.reader import Reader

NAMES: Final = (
    *("leverage", "position", "drawdown", "daily_drawdown"),
    *("symbol_concentration", "venue_concentration"),
)
"""What can be limited; `metrics.risk_limits` says how each is measured."""


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One limit of a system, as ratios that must not be reached; a drawdown's is above 0.

    warning_ratio   from here on it is amber
    limit_ratio     from here on it is red
    rule            where the system says so
    """

    warning_ratio: float
    limit_ratio: float
    rule: str


def limit_rules(reader: Reader) -> Mapping[str, LimitRule]:
    """Read the tables `[limits.<name>]`; empty where there is none.

    Raises:
        DialectError: naming file, line and key.
    """
    reader.only(("limits",), set(NAMES))
    return {name: _rule(reader, name) for name in reader.table(("limits",))}


def _rule(reader: Reader, name: str) -> LimitRule:
    where = ("limits", name)
    reader.only(where, {"warning_ratio", "limit_ratio", "rule"})
    for key in ("warning_ratio", "limit_ratio"):
        number = reader.number((*where, key), 0.0)
        if not 0 < number < float("inf"):
            reader.refuse((*where, key), f"was {number:g}; it must be above 0")
    warning, limit = (reader.number((*where, key), 0.0) for key in ("warning_ratio", "limit_ratio"))
    if warning > limit:
        reader.refuse((*where, "warning_ratio"), f"was {warning:g}, above the limit of {limit:g}")
    return LimitRule(warning, limit, reader.text((*where, "rule")))
