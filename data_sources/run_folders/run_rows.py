"""Rows of the agreed frames that a run gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from data_sources.frames import empty, shaped
from data_sources.run_folders.run_folder import RunFolder

MOST_POINTS: Final = 50_000
"""So many points of equity series are given together; those of the newest runs go first."""
MOST_STEPS: Final = 5_000
"""Likewise steps."""


def run_row(run: RunFolder, state: str, detail: str | None) -> dict[str, Any]:
    """The row of the frame `runs`, with the reason of its state as `detail`."""
    meta, figures = run.meta, run.table.figures
    return {
        "run_id": run.run_id,
        "mode": meta and meta.mode,
        "strategy_id": meta and meta.strategy_id,
        "symbol": meta and meta.symbol,
        "timeframe": meta and meta.timeframe,
        "state": state,
        "ts_started": run.started,
        "ts_finished": run.finished,
        "ts_last_event": figures.newest,
        "equity": figures.equity,
        "realized_pnl": figures.realized_pnl,
        "unrealized_pnl": figures.unrealized_pnl,
        "drawdown_ratio": figures.drawdown_ratio,
        "orders": figures.orders,
        "blocked": figures.blocked,
        "steps": figures.steps if run.table.stamp else None,
        "detail": detail,
    }


def position_row(run: RunFolder, run_id: str) -> dict[str, Any] | None:
    """What an unfinished run holds after its last step; None when it holds nothing."""
    last = run.table.figures.last
    if run.meta is None or run.has_ended or last is None:
        return None
    quantity = float(last["position_quantity"])
    if np.isnan(quantity) or quantity == 0:
        return None
    price = float(last["price"])
    return {
        "symbol": run.meta.symbol,
        "position_side": "long" if quantity > 0 else "short",
        "quantity": abs(quantity),
        "current_price": None if np.isnan(price) else price,
        "unrealized_pnl": run.table.figures.unrealized_pnl,
        "as_of": run.table.figures.newest,
        "session_id": run_id,
    }


def alert_rows(run: RunFolder, run_id: str) -> list[dict[str, Any]]:
    """Its alerts, each with its place in the file; the run's own id stands in `session_id`."""
    trace = {"session_id": run_id, "raw_generation": run.alerts_name}
    begin = run.alerts_begin
    return [{**row, **trace, "raw_offset": begin + row["raw_offset"]} for row in run.alerts.rows]


def equity_frame(
    runs: Mapping[str, RunFolder], source: str | None, account_id: str | None
) -> pd.DataFrame:
    """The equity series of runs, newest run first in line for the room there is."""
    parts = (
        run.table.figures.points.assign(
            session_id=run_id, currency=run.meta.currency if run.meta else None
        )
        for run_id, run in runs.items()
    )
    return _joined(_of_sessions("equity"), parts, MOST_POINTS, source, account_id)


def steps_frame(
    runs: Mapping[str, RunFolder], source: str | None, account_id: str | None
) -> pd.DataFrame:
    """The newest steps of runs, newest run first in line for the room there is."""
    parts = (run.table.figures.recent.assign(session_id=run_id) for run_id, run in runs.items())
    return _joined(_of_sessions("steps"), parts, MOST_STEPS, source, account_id)


def _of_sessions(name: str) -> pd.DataFrame:
    """An agreed frame without rows, with a column for the id of the run."""
    return empty(name).assign(session_id=pd.Series([], dtype="str"))


def _joined(
    frame: pd.DataFrame,
    parts: Iterable[pd.DataFrame],
    room: int,
    source: str | None,
    account_id: str | None,
) -> pd.DataFrame:
    """Parts that are dated by `ts_event` as rows of an empty frame, ascending."""
    taken: list[pd.DataFrame] = []
    for part in parts:
        newest = part.tail(room)
        room -= len(newest)
        if len(newest):
            taken.append(newest)
        if room <= 0:
            break
    if not taken:
        return frame
    joined = ascending(pd.concat(taken, ignore_index=True), "ts_event")
    made = {
        name: joined[name].astype(dtype)
        if name in joined
        else pd.Series([None] * len(joined), dtype=dtype)
        for name, dtype in frame.dtypes.items()
    }
    made["source"] = pd.Series([source] * len(joined), dtype="str")
    made["account_id"] = pd.Series([account_id] * len(joined), dtype="str")
    return pd.DataFrame(made)


def rows_frame(
    name: str,
    rows: Sequence[dict[str, Any]],
    source: str | None,
    account_id: str | None,
    extra: str = "session_id",
) -> pd.DataFrame:
    """Rows as an agreed frame, with one more column of words."""
    frame = shaped(name, rows, source=source, account_id=account_id)
    if extra not in frame:
        frame[extra] = pd.Series([row.get(extra) for row in rows], dtype="str")
    return frame


def ascending(frame: pd.DataFrame, time: str) -> pd.DataFrame:
    """The rows by their time, those without one first: the last rows are the newest."""
    return frame.sort_values(time, kind="stable", na_position="first", ignore_index=True)
