"""Positions that a system tells as a quantity with a sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def signed_position(_: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any] | None:
    """The side out of the sign of the quantity; no row for an empty position."""
    quantity = row.get("quantity")
    if not quantity:
        return None
    side = "long" if quantity > 0 else "short"
    return row | {"quantity": abs(quantity), "position_side": side}
