"""The checks of Peak_Trade's telemetry: each of its measures against its two limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from data_sources.files.json_object import amount

CHECKS: Final = {
    "disk_usage_mb": ("disk_usage", 1_500.0, 1_900.0, "MB"),
    "retention_staleness_hours": ("retention_staleness", 48.0, 168.0, "h"),
    "compression_failure_rate": ("compression_failures", 10.0, 25.0, "%"),
    "parse_error_rate": ("parse_error_rate", 5.0, 15.0, "%"),
}
"""Measure → name of its check, from where it warns, from where it is critical, unit."""
_EXIT_CODES: Final = {"ok": 0, "degraded": 2, "down": 3}
_RANKS: Final = ("ok", "unknown", "degraded", "down")


def telemetry_check(record: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """The check of one measure of a health snapshot; None for what is checked by nothing."""
    each = record["each"]
    if each["@key"] not in CHECKS:
        return None
    return row | check_of(each["@key"], amount(each.get("@value")))


def check_of(measure: str, value: float | None, told: str = "") -> dict[str, Any]:
    """Return `name`, `kind`, `state` and `detail` of a check: a row of `services`.

    A measure without a value is unknown, as nothing speaks for it.

    Args:
        measure: one of `CHECKS`.
        value: in the unit of the check.
        told: what the value is made of, or why it is missing.
    """
    name, warns, critical, unit = CHECKS[measure]
    limits = f"warns from {warns:g} {unit}, critical from {critical:g} {unit}"
    row = {"name": f"telemetry {name}", "kind": "service"}
    if value is None:
        return row | {"state": "unknown", "detail": f"{told or 'not told'}; {limits}"}
    state = "down" if value >= critical else "degraded" if value >= warns else "ok"
    shown = f"{value:g} {unit} ({told})" if told else f"{value:g} {unit}"
    return row | {"state": state, "detail": f"{shown}, {limits}; {_ended(state)}"}


def worst_of(name: str, checks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the row that sums checks up: the worst state, with the checks that are in it.

    Unknown is worse than ok: what nobody measured is not in order.
    """
    state = max((str(check["state"]) for check in checks), key=_RANKS.index)
    if state == "ok":
        return {"name": name, "kind": "service", "state": state, "detail": _ended(state)}
    why = ", ".join(str(check["name"]) for check in checks if check["state"] == state)
    told = f"{why}; {_ended(state)}" if state in _EXIT_CODES else f"{why}: not known"
    return {"name": name, "kind": "service", "state": state, "detail": told}


def _ended(state: str) -> str:
    """How the program of these checks would end."""
    return f"exit code {_EXIT_CODES[state]}"
