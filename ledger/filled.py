"""What several fills add up to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def filled(quantity: Floats, price: Floats) -> tuple[float, float]:
    """Return the quantity of some fills and what it was worth; NaN where none tells it.

    Of what was filled at a price that nobody told the worth is not known, nor that of the whole;
    what fills nothing needs no price.

    Added one by one in their order, as when they were told: sums in another order differ in the
    last digit.
    """
    known = np.isfinite(quantity)
    if not known.any():
        return float("nan"), float("nan")
    quantity, price = quantity[known], price[known]
    worth = np.where(quantity == 0.0, 0.0, quantity * price)
    return float(np.cumsum(quantity)[-1]), float(np.cumsum(worth)[-1])
