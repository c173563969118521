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
RATIOS: Final = ("warning_ratio", "limit_ratio", "critical_ratio")


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One limit of a system, as ratios; a drawdown's is above 0.

    warning_ratio    from here on it is amber
    limit_ratio      what is allowed
    rule             where the system says so
    critical_ratio   from here on it is red; None: it never is
    above            whether amber and red begin above their numbers, not at them
    """

    warning_ratio: float
    limit_ratio: float
    rule: str
    critical_ratio: float | None = None
    above: bool = False


def limit_rules(reader: Reader) -> Mapping[str, LimitRule]:
    """Read the tables `[limits.<name>]`; empty where there is none.

    Raises:
        DialectError: naming file, line and key.
    """
    reader.only(("limits",), set(NAMES))
    return {name: _rule(reader, name) for name in reader.table(("limits",))}


def _rule(reader: Reader, name: str) -> LimitRule:
    where = ("limits", name)
    reader.only(where, {*RATIOS, "above", "rule"})
    told = {key: reader.number((*where, key), 0.0) for key in RATIOS if reader.has((*where, key))}
    above = reader.flag((*where, "above"))
    # A limit that must not be reached is red when it is; one that may be is amber above it.
    told.setdefault("limit_ratio", 0.0)
    told.setdefault("warning_ratio", told["limit_ratio"] if above else 0.0)
    if not above:
        told.setdefault("critical_ratio", told["limit_ratio"])
    for key, number in told.items():
        if not 0 < number < float("inf"):
            reader.refuse((*where, key), f"was {number:g}; it must be above 0")
    warning, limit = told["warning_ratio"], told["limit_ratio"]
    critical = told.get("critical_ratio")
    if warning > limit:
        reader.refuse((*where, "warning_ratio"), f"was {warning:g}, above the limit of {limit:g}")
    if critical is not None and critical < limit:
        reader.refuse((*where, "critical_ratio"), f"was {critical:g}, below the limit of {limit:g}")
    return LimitRule(warning, limit, reader.text((*where, "rule")), critical, above)
