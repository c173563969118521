"""Lines as Quantum Trader writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data_sources import JsonlSource
from data_sources.reading import Reading

NOW_NS = 1_795_300_000_000_000_000


def trade(at: str, entry: float, end: float, percent: float, **more: Any) -> dict[str, Any]:
    """A line of the trade log."""
    return {
        "timestamp": f"2026-02-17T{at}+00:00",
        "symbol": "ADAUSDT",
        "side": "BUY",
        "entry_price": entry,
        "exit_price": end,
        "pnl_percent": percent,
        "confidence": 0.7,
        "model_id": "autonomous_exit_None",
        "outcome_label": "NEUTRAL",
        "duration_seconds": None,
        "strategy_id": None,
        "position_size": 0.0,
        "exit_reason": "unknown",
        **more,
    }


def audit(event_type: str, **more: Any) -> dict[str, Any]:
    """A line of the audit log; its time names no zone and is UTC."""
    return {
        "event_type": event_type,
        "timestamp": "2025-12-03T06:07:18.464916",
        "actor": "system",
        "action": "",
        "target": "",
        "reason": "",
        "outcome": "",
        "metadata": {},
        "trace_id": None,
        **more,
    }


def log(level: str, message: str, **more: Any) -> dict[str, Any]:
    """A JSON line of a backend log."""
    return {
        "timestamp": "2025-11-30T11:24:41.290244+00:00",
        "level": level,
        "logger": "backend.engine",
        "message": message,
        "module": "engine",
        **more,
    }


def written(path: Path, *lines: dict[str, Any] | str) -> Path:
    """A file of these lines, with LF at the end of each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def read(path: Path) -> Reading:
    """All of a file or folder at once."""
    return JsonlSource(path, dialect="quantum_trader", clock=lambda: NOW_NS).read()
