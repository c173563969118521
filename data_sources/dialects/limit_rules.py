"""What a system allows its accounts: `[limits.<name>]` in its TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from data_sources.dialects.reader import Reader

NAMES: Final = (
    *("leverage", "position", "drawdown", "daily_drawdown"),
    *("symbol_concentration", "venue_concentration", "correlation"),
    *("var_95", "var_99", "es_975", "emergency_stop"),
)
"""What can be limited; `metrics.risk_limits` says how each is measured.

`emergency_stop` limits nothing: it is the loss of a day at which the system's stop trips.
"""
RATIOS: Final = ("warning_ratio", "limit_ratio", "critical_ratio")
PROFILE: Final = "default_profile"
MONEY: Final = ("limit_money", "critical_money", "currencies")


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One limit of a system, as ratios; a drawdown's is above 0.

    warning_ratio    from here on it is amber
    limit_ratio      what is allowed
    rule             where the system says so
    critical_ratio   from here on it is red; None: it never is
    above            whether amber and red begin above their numbers, not at them
    default_profile  the capital profile of an account of which nobody names one; None: the system
                     knows no profiles. Of `daily_drawdown` alone: a profile has its own
    """

    warning_ratio: float
    limit_ratio: float
    rule: str
    critical_ratio: float | None = None
    above: bool = False
    default_profile: str | None = None


@dataclass(frozen=True, slots=True)
class MoneyRule:
    """One limit of a system in money.

    limit_money      above it is amber
    rule             where the system says so
    currencies       of which money; an account of another one cannot be held against it
    critical_money   above it is red; None: it never is
    """

    limit_money: float
    rule: str
    currencies: tuple[str, ...]
    critical_money: float | None = None


AnyLimit = LimitRule | MoneyRule


def limit_rules(reader: Reader) -> Mapping[str, AnyLimit]:
    """Read the tables `[limits.<name>]`; empty where there is none.

    Raises:
        DialectError: naming file, line and key.
    """
    reader.only(("limits",), set(NAMES))
    return {name: _rule(reader, name) for name in reader.table(("limits",))}


def _rule(reader: Reader, name: str) -> AnyLimit:
    where = ("limits", name)
    if reader.has((*where, "limit_money")):
        return _money_rule(reader, where)
    of_profiles = {PROFILE} if name == "daily_drawdown" else set()
    reader.only(where, {*RATIOS, "above", "rule", *of_profiles})
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
    profile = reader.text((*where, PROFILE)) if reader.has((*where, PROFILE)) else None
    return LimitRule(warning, limit, reader.text((*where, "rule")), critical, above, profile)


def _money_rule(reader: Reader, where: tuple[str, str]) -> MoneyRule:
    reader.only(where, {*MONEY, "rule"})
    limit = reader.number((*where, "limit_money"), 0.0)
    critical = reader.number((*where, "critical_money"), limit)
    if not 0 < limit <= critical < float("inf"):
        problem = f"was {limit:g} and critical_money {critical:g}; 0 < limit ≤ critical must hold"
        reader.refuse((*where, "limit_money"), problem)
    places = range(len(reader.entries((*where, "currencies"))))
    currencies = tuple(reader.text((*where, "currencies", place)) for place in places)
    has_critical = reader.has((*where, "critical_money"))
    return MoneyRule(
        limit, reader.text((*where, "rule")), currencies, critical if has_critical else None
    )
