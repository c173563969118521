"""A sparkline without a chart: a CSS clip path that the theme colors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def sparkline_style(values: npt.ArrayLike) -> dict[str, str]:
    """Give the style that cuts an element to the area below the values; nothing for no values.

    Args:
        values: the series, oldest first, drawn as steps from zero to its greatest value.
    """
    series = np.nan_to_num(np.asarray(values, dtype=float))
    top = float(series.max()) if series.size else 0.0
    if top <= 0.0:
        return {"clipPath": "polygon(0 100%, 100% 100%)"}
    heights = np.rint(100.0 * (1.0 - series / top)).astype(int)
    edges = np.rint(np.linspace(0.0, 100.0, series.size + 1)).astype(int)
    steps = ",".join(
        f"{left}% {height}%,{right}% {height}%"
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True)
    )
    return {"clipPath": f"polygon(0 100%,{steps},100% 100%)"}
