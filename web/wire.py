"""Values to JSON bytes, fast and safe: never NaN, never an exception because of one odd value."""

from __future__ import annotations

import base64
import math
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from web.filters import utc_text

TYPED_ARRAYS = {"f8", "f4", "i4", "u4", "i2", "u2", "i1", "u1"}
"""The number types that plotly reads as base64 typed arrays."""


def to_json(value: Any) -> bytes:
    """Compact UTF-8 JSON on one line; NaN and infinities become null, odd text is made printable.

    Accepts Dash components, numpy numbers and arrays (as plotly typed arrays), pandas timestamps.
    A lone surrogate or an integer beyond 64 bits costs that value its exactness, never the whole.
    """
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, NotImplementedError):
        return _ENCODER.encode(_plain(value))


def _encode_other(value: Any) -> Any:
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return value.item()
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return utc_text(value if value.tzinfo else value.tz_localize("UTC"))
    return str(value)


def _array(values: np.ndarray) -> Any:
    code = values.dtype.str[1:]
    if code in TYPED_ARRAYS and values.ndim == 1:
        raw = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
        return {"dtype": code, "bdata": base64.b64encode(raw.tobytes()).decode()}
    return values.tolist()


def _plain(value: Any) -> Any:
    """The slow way for what the fast one refuses: every value made one that JSON can carry."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return _plain(_encode_other(value))


_ENCODER = msgspec.json.Encoder(enc_hook=_encode_other)
