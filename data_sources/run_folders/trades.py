"""The trades table of a run, whose columns its writer chose."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data_sources.files.label import label
from data_sources.files.stamp import stamp_of
from data_sources.run_folders.table_file import read_csv, read_parquet

MOST_TRADES = 10_000


def trades_of(folder: Path) -> pd.DataFrame:
    """The newest trades as they stand in the file, parquet before CSV (there all are texts).

    Raises:
        BadTableError: when the file cannot be used.
        FileNotFoundError: when there is none.
    """
    try:
        stamp_of(folder / "trades.parquet")
    except FileNotFoundError:
        rows, _ = read_csv(folder / "trades.csv", None, ended=True)
    else:
        rows, _ = read_parquet(folder / "trades.parquet", None)
    frame: pd.DataFrame = rows.table.slice(max(0, len(rows.table) - MOST_TRADES)).to_pandas()
    frame.columns = pd.Index([label(name) or "?" for name in frame.columns])
    return frame
