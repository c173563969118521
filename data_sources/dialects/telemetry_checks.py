"""The checks of Peak_Trade's telemetry: each of its measures against its two limits."""

from __future__ import annotations

from collections.abc import Mapping
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


def telemetry_check(record: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """The check of one measure of a health snapshot; None for what is checked by nothing.

    A measure without a value is unknown, as nothing speaks for it.
    """
    each = record["each"]
    check = CHECKS.get(each["@key"])
    if check is None:
        return None
    name, warns, critical, unit = check
    told = {"name": f"telemetry {name}", "kind": "service"}
    limits = f"warns from {warns:g} {unit}, critical from {critical:g} {unit}"
    value = amount(each.get("@value"))
    if value is None:
        return row | told | {"state": "unknown", "detail": f"not told; {limits}"}
    state = "down" if value >= critical else "degraded" if value >= warns else "ok"
    detail = f"{value:g} {unit}, {limits}; exit code {_EXIT_CODES[state]}"
    return row | told | {"state": state, "detail": detail}
