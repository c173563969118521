"""A closed trade that the log and the stream of one bot both tell stands once in `trades`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource, RedisStreamsSource
from data_sources.frames import shaped
from desk.desk import Desk
from desk.origin import Origin, origin
from desk.trades_told_twice import told_once
from metrics.trade_statistics import trade_statistics

Start = Callable[..., Desk]
AT = pd.Timestamp("2026-02-17T21:26:35.884213Z")
ENTRY, LEFT = 0.1104977523725, 0.11384645177535838


def logged(seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    """A line of the log, so many seconds after the stream told the trade."""
    at = (AT + pd.Timedelta(seconds=seconds)).isoformat()
    told = {"symbol": "ALICEUSDT", "side": "BUY", "entry_price": ENTRY, "exit_price": LEFT}
    told |= {"pnl_percent": -3.03, "confidence": 0.7, "outcome_label": "LOSS"}
    return {"timestamp": at, "model_id": "m", "exit_reason": "unknown", **told, **fields}


def streamed() -> dict[str, Any]:
    """The entry of the stream, as it was saved: every value a text, its time without a zone."""
    fields = {"event_type": "trade.closed", "timestamp": AT.tz_localize(None).isoformat()}
    fields |= {"symbol": "ALICEUSDT", "side": "SHORT", "entry_price": str(ENTRY)}
    fields |= {"exit_price": str(LEFT), "pnl_percent": "-3.03", "pnl_usd": "-6.03"}
    entry_id = f"{AT.value // 1_000_000}-0"
    stream = {"stream": "quantum:stream:trade.closed", "which": "last", "entry_id": entry_id}
    return {**stream, "fields": {**fields, "order_id": "89628152"}}


def test_log_and_stream_of_one_account(start: Start) -> None:
    """One row with the stream's money, one loss; the events are both there, and each source's own
    rows are all its own.
    """
    desk = start(
        log=("quantum_trader", [logged(2.0)], "A1"),
        stream=("quantum_trader_export", [streamed()], "A1"),
    )
    trades = desk.frame("trades")
    assert trades[["source", "position_side", "pnl"]].to_numpy().tolist() == [
        ["stream", "short", -6.03]
    ]
    assert len(desk.frame("events")) == 2
    assert [len(desk.frame("trades", source=name)) for name in ("log", "stream")] == [1, 1]
    found = desk.view().measure(trade_statistics)
    assert (found.closed, found.losses, found.pnl) == (1, 1, -6.03)


def test_two_accounts_are_two_trades(start: Start) -> None:
    """What two bots did alike was done twice."""
    desk = start(
        log=("quantum_trader", [logged()], "A1"),
        stream=("quantum_trader_export", [streamed()], "A2"),
    )
    assert len(desk.frame("trades")) == 2


@pytest.mark.parametrize(
    ("log", "stream", "rows"),
    [(None, None, 1), ("A1", None, 1), (None, "A1", 1), ("A1", "A1", 1), ("A1", "A2", 2)],
)
def test_a_saved_export_without_an_account(
    start: Start, log: str | None, stream: str | None, rows: int
) -> None:
    """A log and saved entries of one system are of one account unless they name two."""
    desk = start(
        log=("quantum_trader", [logged(2.0)], log),
        stream=("quantum_trader_export", [streamed()], stream),
    )
    assert len(desk.frame("trades")) == rows
    assert desk.view().measure(trade_statistics).closed == rows


def test_whose_export_it_is_may_be_unknown(start: Start) -> None:
    """Of two named accounts each may be the unnamed one: both rows stay."""
    two_bots = {
        "log": ("quantum_trader", [logged()], "A1"),
        "other": ("quantum_trader", [logged(9, symbol="Y")], "A2"),
        "stream": ("quantum_trader_export", [streamed()], None),
    }
    assert len(start(**two_bots).frame("trades")) == 3


def row(source: str, seconds: float = 0.0, **fields: Any) -> dict[str, Any]:
    at = AT + pd.Timedelta(seconds=seconds)
    told = {"symbol": "X", "entry_price": 2.0, "exit_price": 3.0, "pnl_ratio": 0.5}
    return {"source": source, "ts_closed": at, **told, **fields}


def once(tmp_path: Path, *rows: dict[str, Any], logs: int = 1) -> pd.DataFrame:
    """What is left of these rows of a log, or several, and a Redis source that name no account."""
    names = ["log", "log2"][:logs]
    sources: list[Any] = [
        JsonlSource(tmp_path / name, dialect="quantum_trader", name=name) for name in names
    ]
    sources.append(
        RedisStreamsSource("redis://127.0.0.1:1", dialect="quantum_trader", name="redis")
    )
    origins: list[Origin] = [origin(each.name, each) for each in sources]
    return told_once(shaped("trades", rows), origins)


def left(tmp_path: Path, *rows: dict[str, Any], **options: Any) -> list[str]:
    return once(tmp_path, *rows, **options)["source"].tolist()


SAME = [
    ("equal", {}, 1),
    ("a minute later", {"seconds": 60.0}, 1),
    ("the side is not known", {"position_side": None}, 1),
    ("later than a minute", {"seconds": 61.0}, 2),
    ("another symbol", {"symbol": "Y"}, 2),
    ("another price", {"exit_price": 3.0000001}, 2),
    ("another percent", {"pnl_ratio": 0.5001}, 2),
    ("the other side", {"position_side": "short"}, 2),
    ("a price is missing", {"entry_price": None}, 2),
    ("no time", {"ts_closed": None}, 2),
]


@pytest.mark.parametrize(("fields", "rows"), [case[1:] for case in SAME], ids=[c[0] for c in SAME])
def test_what_makes_two_tellings_one(tmp_path: Path, fields: dict[str, Any], rows: int) -> None:
    """All that both tell is equal, within a minute: equality in a part of it is not enough."""
    found = left(tmp_path, row("log", position_side="long"), row("redis", **fields))
    assert len(found) == rows


def test_as_often_as_it_was_traded(tmp_path: Path) -> None:
    """Twice in both is two trades; three in one and one in the other are three; money stays."""
    twice = [row("log"), row("redis", 1.0, pnl=1.0), row("log", 20.0), row("redis", 21.0, pnl=1.0)]
    found = once(tmp_path, *twice)
    assert found["source"].tolist() == ["redis", "redis"]
    assert found["pnl"].tolist() == [1.0, 1.0]
    assert len(left(tmp_path, row("log"), row("log", 5.0), row("log", 9.0), row("redis", 1.0))) == 3
    assert left(tmp_path, row("log"), row("log", 0.5)) == ["log", "log"]


def test_two_logs_without_an_account_may_be_two_bots(tmp_path: Path) -> None:
    """Nobody knows then whose stream it is: nothing is joined."""
    assert left(tmp_path, row("log"), row("redis"), logs=2) == ["log", "redis"]


def test_other_sources_are_left_as_they_are(tmp_path: Path) -> None:
    """A system whose dialect says nothing of it keeps all its rows; so does one source alone."""
    rows = [row("log"), row("elsewhere"), row("elsewhere")]
    assert left(tmp_path, *rows) == ["log", "elsewhere", "elsewhere"]
    assert once(tmp_path).empty
