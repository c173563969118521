"""Run folders: a finished one in parquet, then one after the other in CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.peak_trade.ledger import Ledger
from demo.script import Script
from demo.walk import Walk

FOLDER: Final = "live_runs"
PAST_STEPS: Final = 300
CRASHED_STEPS: Final = 90
RUN_STEPS: Final = 72
STEP_SECONDS: Final = 5.0
FLUSH_STEPS: Final = 6


def run_after_run(script: Script, random: Random) -> Iterator[float]:
    """Runs of the past at once; then runs of a few minutes, each flushed every few steps."""
    _past(script, random)
    _crashed(script, random)
    _begun(script)
    symbols = (("BTC/EUR", 82_000.0), ("ETH/EUR", 2_650.0))
    number = 0
    while True:
        symbol, price = symbols[number % 2]
        number += 1
        meta = _meta(script.now, "paper", "trend_following", symbol, "5s")
        folder = f"{FOLDER}/{meta['run_id']}"
        yield from _half_then_whole(script, f"{folder}/meta.json", meta)
        ledger = Ledger(random, Walk(random, price, 0.002))
        rows: list[dict[str, Any]] = []
        for step in range(RUN_STEPS):
            yield STEP_SECONDS
            rows.append(_row(ledger, step, script.now, script.seconds))
            if ledger.blocked:
                script.line(f"{folder}/alerts.jsonl", _alert(script, meta["run_id"]))
            if len(rows) == FLUSH_STEPS:
                script.text(f"{folder}/events.csv", _csv(rows, header=step < FLUSH_STEPS))
                rows.clear()
        meta["ended_at"] = script.now.isoformat()
        yield from _half_then_whole(script, f"{folder}/meta.json", meta)
        yield random.uniform(3, 6)


def _half_then_whole(script: Script, path: str, meta: dict[str, Any]) -> Iterator[float]:
    """A file that is truncated and written again can be seen half written."""
    text = json.dumps(meta, indent=2)
    script.file(path, text[: len(text) // 2])
    yield 0.05
    script.file(path, text)


def _past(script: Script, random: Random) -> None:
    """A run of minutes that ended a while ago, as one parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = script.now - dt.timedelta(minutes=PAST_STEPS + 20)
    meta = _meta(start, "shadow", "ma_crossover", "ETH/EUR", "1m")
    rows = _minutes(Ledger(random, Walk(random, 2_700.0, 0.0015)), start, PAST_STEPS)
    meta["ended_at"] = rows[-1]["ts_event"]
    folder = f"{FOLDER}/{meta['run_id']}"
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    script.file(f"{folder}/events.parquet", buffer.getvalue())
    script.file(f"{folder}/meta.json", json.dumps(meta, indent=2))


def _crashed(script: Script, random: Random) -> None:
    """A run that stopped an hour ago and never said so."""
    start = script.now - dt.timedelta(minutes=CRASHED_STEPS + 60)
    meta = _meta(start, "testnet", "rsi_reversion", "SOL/EUR", "1m")
    rows = _minutes(Ledger(random, Walk(random, 131.0, 0.002)), start, CRASHED_STEPS)
    folder = f"{FOLDER}/{meta['run_id']}"
    script.text(f"{folder}/events.csv", _csv(rows, header=True))
    script.file(f"{folder}/meta.json", json.dumps(meta, indent=2))


def _begun(script: Script) -> None:
    """A run that was set up and has not made its first step."""
    meta = _meta(script.now - dt.timedelta(minutes=3), "paper", "breakout", "ADA/EUR", "15m")
    script.file(f"{FOLDER}/{meta['run_id']}/meta.json", json.dumps(meta, indent=2))


def _minutes(ledger: Ledger, start: dt.datetime, steps: int) -> list[dict[str, Any]]:
    """The steps of a run that made one a minute."""
    return [
        _row(ledger, step, start + dt.timedelta(minutes=step + 1), 60.0 * step)
        for step in range(steps)
    ]


def _meta(
    start: dt.datetime, mode: str, strategy: str, symbol: str, timeframe: str
) -> dict[str, Any]:
    name = symbol.replace("/", "-")
    return {
        "run_id": f"{start:%Y%m%d_%H%M%S}_{mode}_{strategy}_{name}_{timeframe}",
        "mode": mode,
        "strategy_name": strategy,
        "symbol": symbol,
        "timeframe": timeframe,
        "started_at": start.isoformat(timespec="seconds"),
        "ended_at": None,
        "config_snapshot": {"shadow_paper_logging": {"flush_interval_steps": FLUSH_STEPS}},
        "notes": "",
    }


def _row(ledger: Ledger, step: int, at: dt.datetime, seconds: float) -> dict[str, Any]:
    changed = ledger.step(seconds)
    return {
        "step": step,
        "ts_bar": at.replace(second=0, microsecond=0).isoformat(),
        "ts_event": at.isoformat(),
        "price": ledger.price,
        "position_size": ledger.position,
        "cash": round(ledger.cash, 2),
        "equity": round(ledger.equity, 2),
        "realized_pnl": round(ledger.realized, 2),
        "unrealized_pnl": round(ledger.unrealized, 2),
        "signal": ledger.signal,
        "signal_changed": changed,
        "orders_generated": int(changed),
        "orders_filled": int(bool(ledger.traded)),
        "orders_rejected": 0,
        "orders_blocked": int(ledger.blocked),
        "risk_allowed": not ledger.blocked,
        "risk_reasons": "max_order_notional" if ledger.blocked else "",
    }


def _csv(rows: list[dict[str, Any]], *, header: bool) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _alert(script: Script, run_id: str) -> dict[str, Any]:
    return {
        "rule_id": "risk_blocked",
        "severity": "warning",
        "message": "An order was blocked by max_order_notional",
        "run_id": run_id,
        "timestamp": script.now.isoformat(),
    }
