"""Named transforms that any dialect may use: `as = "side"`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

WordTransform = Callable[[str], str | None]
NumberTransform = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]

_SIDES: Final = {
    "buy": "buy",
    "long": "buy",
    "b": "buy",
    "bid": "buy",
    "sell": "sell",
    "short": "sell",
    "s": "sell",
    "ask": "sell",
    **dict.fromkeys(("buy_to_open", "buy_to_close", "buy_to_cover"), "buy"),
    **dict.fromkeys(("sell_to_open", "sell_to_close", "sell_short", "sellshort"), "sell"),
}


def word(value: Any) -> str | None:
    """The value as a word: texts as they are, numbers by their digits; None for what is no word."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    return None


def lower(text: str) -> str:
    """Lower case."""
    return text.lower()


def upper(text: str) -> str:
    """Upper case."""
    return text.upper()


def side(text: str) -> str:
    """Return buy or sell, also for `OrderSide.BUY`; unknown words stay visible."""
    name = text.strip().lower().rpartition(".")[2]
    return _SIDES.get(name, name)


def trimmed(text: str) -> str | None:
    """Without surrounding blanks; None when nothing is left."""
    return text.strip() or None


def epoch_seconds(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Epoch times in s, ms, µs or ns, told apart by their size, as seconds."""
    size = np.abs(values)
    scaled = np.where(size < 1e11, values, values / 1e3)
    scaled = np.where(size < 1e14, scaled, values / 1e6)
    return np.where(size < 1e17, scaled, values / 1e9)


def absolute(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without their sign."""
    return np.abs(values)


def nonzero(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Zeros as missing: many write 0 for a price that they do not know."""
    return np.where(values == 0, np.nan, values)


WORD_TRANSFORMS: Final[dict[str, WordTransform]] = {
    "lower": lower,
    "upper": upper,
    "side": side,
    "trimmed": trimmed,
}
NUMBER_TRANSFORMS: Final[dict[str, NumberTransform]] = {
    "absolute": absolute,
    "epoch_seconds": epoch_seconds,
    "nonzero": nonzero,
}


def number(value: Any) -> float:
    """The value as a float: numbers, and texts that are one; NaN for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan
