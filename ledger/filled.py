"""What several fills add up to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def filled(quantity: Floats, price: Floats) -> tuple[float, float]:
    """Return the quantity of some fills and what it was worth; NaN where none tells it.

    Added one by one in their order, as when they were told: sums in another order differ in the
    last digit.
    """
    worth = quantity * price
    return _sum(quantity), _sum(worth)


def _sum(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.cumsum(known)[-1]) if len(known) else float("nan")
