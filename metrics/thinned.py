"""A long series as few points that look the same: highs and lows stay."""

from __future__ import annotations

import numpy as np
import pandas as pd


def thinned(series: pd.Series[float], most: int = 600) -> pd.Series[float]:
    """Return at most that many points of a series, in its order.

    The series is cut into equal pieces and each gives its lowest and its highest point; the first
    and the last point always stay. Points without a value are left out.

    Args:
        series: values in the order in which they are drawn.
        most: points to give, at least 4.
    """
    known = series.dropna()
    if len(known) <= most:
        return known
    pieces = max(1, most // 2 - 1)
    edges = np.linspace(0, len(known), pieces + 1).astype(int)
    values = known.to_numpy()
    kept = {0, len(known) - 1}
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        piece = values[first:last]
        kept |= {first + int(piece.argmin()), first + int(piece.argmax())}
    return known.iloc[sorted(kept)]
