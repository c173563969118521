"""A file that holds one JSON object."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from data_sources.lines.transforms import number

MOST: Final = 2**53
"""Beyond it not every whole number is a float."""


def json_object(data: bytes) -> dict[str, Any]:
    """Parse it; NaN and infinities, which Python writes, are missing.

    Raises:
        ValueError: saying what it is instead.
    """
    if not data.strip():
        raise ValueError("is empty; its writer may be at work")
    try:
        found = json.loads(data.removeprefix(b"\xef\xbb\xbf"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no whole JSON ({error.msg} at byte {error.pos})") from None
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError(f"is a JSON {type(found).__name__}, not an object")
    return found


def amount(value: Any) -> float | None:
    """A number, or None for what is none."""
    found = number(value)
    return None if math.isnan(found) else found


def whole(value: Any) -> int | None:
    """A count, or None for what is none, or too large to be one."""
    found = amount(value)
    if found is None or abs(found) > MOST or not found.is_integer():
        return None
    return int(found)


def first(record: dict[str, Any], *names: str) -> Any:
    """The value of the first key that holds anything; 0 and false are something."""
    return next((record[name] for name in names if record.get(name) is not None), None)
