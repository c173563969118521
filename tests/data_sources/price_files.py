"""Small parquet files of bars, in the shapes that caches have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

DAYS = pd.DatetimeIndex(
    pd.bdate_range("2025-11-03", "2025-11-18").tz_localize("America/New_York").tz_convert("UTC")
)


def bars(*, last: float = 100.0, days: pd.DatetimeIndex = DAYS) -> pd.DataFrame:
    """Bars that end at a close, indexed by midnight in New York, in lower case."""
    close = np.linspace(last - len(days) + 1, last, len(days))
    return pd.DataFrame(
        {
            "open": close - 0.5,
            "high": close + 1,
            "low": close - 1,
            "close": close,
            "volume": np.arange(1_000, 1_000 + len(days)),
        },
        index=days.rename("timestamp"),
    )


def write(folder: Path, symbol: str, frame: pd.DataFrame, timeframe: str = "1D") -> Path:
    """Write bars as a cache does."""
    file = folder / f"{symbol}_{timeframe}.parquet"
    frame.to_parquet(file)
    return file
