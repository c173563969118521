"""Lines of each built-in dialect, as the simulated systems write them: a new one adds its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from data_sources.exposition.counters import Exposed, series_of
from data_sources.exposition.rises import Known
from data_sources.streams.entry import BadEntry, line_of
from data_sources.streams.shape import load
from demo.peak_trade import PeakTrade
from demo.quantum_trader import QuantumTrader
from demo.quantum_trader.backbone import PREFIX, Backbone
from demo.rick import Rick
from demo.script import NS, Script
from demo.stock_trader import StockTrader
from demo.tree import Tree
from demo.write import generate

START: Final = 1_795_249_759_606_926_592
SECONDS: Final = 600.0
HOUR: Final = 3_600 * NS


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the lines of a dialect are, and what is known of them.

    Attributes:
        write: writes them below a folder; gives the path to read.
        first_ns: no line is of before.
        last_ns: no line is of after.
        kinds: kinds that must be among them.
        timezone: of times that name none.
        torn: how many lines a writer that died left half.
    """

    write: Callable[[Path], Path]
    first_ns: int
    last_ns: int
    kinds: frozenset[str]
    timezone: str = "UTC"
    torn: int = 0


def _bot(bot: type[Script], below: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        Tree(folder).write(bot(7, START).until(SECONDS))  # type: ignore[call-arg]
        return folder / below

    return write


def _aurora(folder: Path) -> Path:
    generate(folder / "session", 1_000, start_ns=START, rate=10.0)
    return folder / "session"


def _entries(folder: Path) -> Path:
    """Entries of Redis streams, as their source makes lines of them."""
    _, shape = load("quantum_trader")
    lines = []
    for number, piece in enumerate(Backbone(7, START).until(SECONDS)):
        pairs = [part.encode() for pair in json.loads(piece.data).items() for part in pair]
        stream, entry_id = piece.path.removeprefix(PREFIX), f"{piece.ts_ns // 10**6}-{number}"
        line = line_of(stream, entry_id, pairs, shape, 1 << 20)
        assert not isinstance(line, BadEntry)
        lines.append(line + b"\n")
    (folder / "entries.jsonl").write_bytes(b"".join(lines))
    return folder / "entries.jsonl"


def _saved(folder: Path) -> Path:
    """The same entries as somebody saves them to look at later."""
    lines = [
        {
            "stream": piece.path,
            "which": "last",
            "entry_id": f"{piece.ts_ns // 10**6}-{number}",
            "fields": json.loads(piece.data),
        }
        for number, piece in enumerate(Backbone(7, START).until(SECONDS))
    ]
    (folder / "saved.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "saved.jsonl"


def _rises(folder: Path) -> Path:
    """What Prometheus counters rose by, look by look, as their source makes lines of it."""
    known, lines = Known(), list[bytes]()
    for look in range(24):
        series = series_of("risk_gate_decisions_total", {"decision": "allow", "reason": "ok"})
        failed = series_of("exchange_failover_events_total", {"primary": "binance"})
        at = pd.Timestamp(START + look * NS, unit="ns", tz="UTC")
        lines += known.rises(Exposed({series: 3.0 * look, failed: float(look // 5)}), at)
    (folder / "rises.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder / "rises.jsonl"


def _any(folder: Path) -> Path:
    """Lines of a program that nobody knows."""
    lines = [
        {"ts_ms": START // 10**6 + n, "event": "tick", "symbol": "SPY", "price": 500.0 + n}
        for n in range(20)
    ]
    (folder / "any.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "any.jsonl"


def _sample(
    write: Callable[[Path], Path],
    *kinds: str,
    timezone: str = "UTC",
    hours_before: int = 1,
    torn: int = 0,
) -> Sample:
    first_ns = START - hours_before * HOUR
    return Sample(write, first_ns, START + HOUR, frozenset(kinds), timezone, torn)


SAMPLES: Final[dict[str, Sample]] = {
    "aurora": _sample(_aurora, "order.submitted", "order.accepted", "route.decided"),
    "generic": _sample(_any, "other"),
    "peak_trade": _sample(_bot(PeakTrade, "logs"), "order.submitted", "order.filled", torn=1),
    "quantum_trader": _sample(_bot(QuantumTrader, ""), "trade.closed", "risk.decision"),
    "quantum_trader_export": _sample(_saved, "equity", "telemetry.sentinel"),
    "quantum_trader_prometheus": _sample(_rises, "risk.decision", "telemetry.counter"),
    "quantum_trader_redis": _sample(_entries, "equity", "telemetry.sentinel"),
    "rick": _sample(
        _bot(Rick, "narration.jsonl"), "signal", "narration", timezone="America/New_York"
    ),
    "stock_trader": _sample(
        _bot(StockTrader, "production/local_logs/PA3T8N36NVJK"), "equity", hours_before=180 * 24
    ),
}
