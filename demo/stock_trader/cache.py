"""The bot's price caches: a parquet file a symbol, one of them forgotten."""

from __future__ import annotations

import io
from random import Random
from typing import Final

from demo.alpaca_desk import Desk

STALE: Final = "XLRE"
STALE_SESSIONS: Final = 30


def caches(desk: Desk) -> dict[str, bytes]:
    """Return file name → content; columns in upper case as the real bot writes them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = {}
    for symbol, closes in desk.closes.items():
        random = Random(f"{desk.seed}/{symbol}")
        count = len(closes) - (STALE_SESSIONS if symbol == STALE else 0)
        opens = [round(c * (1 + random.gauss(0, 0.003)), 2) for c in closes[:count]]
        pairs = list(zip(opens, closes[:count], strict=True))
        times = [each[0].replace(hour=5, minute=0) for each in desk.sessions[:count]]
        table = pa.table(
            {
                "Open": opens,
                "High": [round(max(p) * (1 + abs(random.gauss(0, 0.002))), 2) for p in pairs],
                "Low": [round(min(p) * (1 - abs(random.gauss(0, 0.002))), 2) for p in pairs],
                "Close": closes[:count],
                "Volume": [random.randrange(4_000_000, 30_000_000) for _ in pairs],
                "timestamp": pa.array(times, pa.timestamp("ns", "UTC")),
            }
        )
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        found[f"{symbol}_1D.parquet"] = buffer.getvalue()
    return found
