"""A real, small origin of each kind that reads files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from data_sources import (
    AccountsSource,
    JsonFileSource,
    JsonlSource,
    LogFolderSource,
    MarkerSource,
    ParquetSource,
    RunsSource,
    SessionsSource,
)
from tests.contract.origin import Origin, moved, numbers
from tests.data_sources import price_files
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import AT, Watch, write_run
from tests.data_sources.peak_trade.test_sessions import session
from tests.data_sources.peak_trade.test_sessions import write as write_session
from tests.data_sources.quantum_trader.test_marker import bot
from tests.data_sources.quantum_trader.test_trade_state import STATE
from tests.data_sources.stock_trader.test_accounts import OPEN, desk

LATE = price_files.DAYS[-1] + pd.Timedelta("20h")
"""A moment after the last of the bars, on the same day."""


@contextmanager
def jsonl(folder: Path) -> Iterator[Origin]:
    """A log of three lines and one broken one."""
    log = write(folder / "logs/aurora_events.jsonl", good(0), b"{broken", b"", good(1), good(2))

    def tell(number: int) -> None:
        write(log, good(number))

    yield Origin(
        lambda: JsonlSource(folder / "logs", dialect="aurora"),
        3,
        *moved(folder / "logs"),
        tell=tell,
        told=numbers("reason", "R"),
    )


@contextmanager
def json_file(folder: Path) -> Iterator[Origin]:
    """The open positions of a bot."""
    file = folder / "trade_state.json"
    file.write_text(json.dumps(STATE))
    how = {"dialect": "quantum_trader", "told_as": "telemetry.trade_state"}
    yield Origin(lambda: JsonFileSource(file, **how), 1, *moved(file))


@contextmanager
def log_folder(folder: Path) -> Iterator[Origin]:
    """A folder of one log, tidied up just now."""
    write(folder / "logs/a.jsonl", good(0))
    (folder / "logs/.last_retention_run").touch()
    yield Origin(lambda: LogFolderSource(folder / "logs"), 5, *moved(folder / "logs"))


@contextmanager
def marker(folder: Path) -> Iterator[Origin]:
    """The folder of a bot that is live."""
    path = bot(folder / "bot")
    yield Origin(lambda: MarkerSource(path), 1, *moved(folder / "bot"))


@contextmanager
def parquet(folder: Path) -> Iterator[Origin]:
    """A cache of two symbols."""
    (folder / "cache").mkdir()
    for symbol in "QQQ", "SPY":
        price_files.write(folder / "cache", symbol, price_files.bars())
    rows = 2 * len(price_files.DAYS)
    yield Origin(
        lambda: ParquetSource(folder / "cache", now=LATE.timestamp),
        rows,
        *moved(folder / "cache"),
    )


@contextmanager
def runs(folder: Path) -> Iterator[Origin]:
    """A folder of two runs."""
    for name in "first", "second":
        write_run(folder / "live_runs", name)
    yield Origin(
        lambda: RunsSource(folder / "live_runs", clock=Watch(AT)),
        2,
        *moved(folder / "live_runs"),
    )


@contextmanager
def sessions(folder: Path) -> Iterator[Origin]:
    """A registry of two sessions."""
    for name in "first", "second":
        write_session(folder / "registry", f"{name}.json", session(name))
    yield Origin(
        lambda: SessionsSource(folder / "registry", clock=Watch("2026-01-02")),
        2,
        *moved(folder / "registry"),
    )


@contextmanager
def accounts(folder: Path) -> Iterator[Origin]:
    """A file of two accounts whose bots are not asked."""
    file = desk(folder, 8080, PA2=8081)
    yield Origin(
        lambda: AccountsSource(file, probe=False, now=OPEN.timestamp),
        2,
        *moved(file),
    )
