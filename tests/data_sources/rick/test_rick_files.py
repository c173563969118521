"""RICK's real files: golden numbers of the events, the narration and what is made of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonlSource
from data_sources.attach import attach
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.frames import shaped
from data_sources.lines.infer import infer_path
from data_sources.reading import Reading
from metrics.trades_by_account import trades_by_account

RICK = load_dialect("rick")


def read(path: Path, **options: Any) -> Reading:
    return JsonlSource(path, dialect="rick", **options).read()


def test_the_six_broker_events(realdata: Path) -> None:
    """One heartbeat, three OANDA orders with stops and a TTL, two Coinbase orders without."""
    frame = read(realdata / "rick/arena").frame
    assert frame["code"].tolist() == [
        "heartbeat", "oco_placed", "order_placed", "oco_placed", "oco_placed", "order_placed",
    ]  # fmt: skip
    orders = frame[frame["kind"] == "order.submitted"]
    assert orders["client_order_id"].tolist() == [
        "paper-oanda-1", "paper-1", "paper-oanda-2", "paper-oanda-3", "paper-2",
    ]  # fmt: skip
    oanda = orders[orders["venue"] == "oanda"]
    assert oanda["symbol"].tolist() == ["EUR_USD"] * 3
    assert oanda["quantity"].tolist() == [100.0] * 3
    assert oanda["price"].tolist() == [1.1655] * 3
    assert oanda["value"].tolist() == [360 * 60.0] * 3
    coinbase = orders[orders["venue"] == "coinbase"]
    assert coinbase["symbol"].tolist() == ["BTC-USD"] * 2
    assert coinbase["quantity"].tolist() == [0.001] * 2
    assert coinbase["price"].isna().all()
    assert coinbase["value"].isna().all()


def test_event_times_are_the_events_own(realdata: Path) -> None:
    """The six events carry 11:39 to 11:55 UTC, whenever they are read."""
    times = read(realdata / "rick/arena").frame["ts_event"]
    assert times.iloc[0] == pd.Timestamp("2025-10-16T11:39:49.386111Z")
    assert times.iloc[-1] == pd.Timestamp("2025-10-16T11:55:27.026738Z")


def test_attributes_are_the_whole_line(realdata: Path) -> None:
    """An order's stops, quality and mode stay readable: attributes are the line, verbatim."""
    path = realdata / "rick/arena/arena_events_20251016.jsonl"
    frame = read(path).frame
    assert frame["attributes"].tolist() == path.read_text().splitlines()


def test_the_narration_files(realdata: Path) -> None:
    """325 supervisor lines, 252 INFO and 73 WARNING, and 13 signals; not one set aside."""
    reading = read(realdata / "rick/narration")
    assert Counter(reading.frame["code"]) == {"INFO": 252, "WARNING": 73, "SIGNAL": 13}
    counts = reading.counts
    assert (counts.lines_in, counts.accepted, counts.quarantined) == (338, 338, {})
    assert (counts.naive, counts.untimed) == (325, 13)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        (None, "2025-10-14T01:06:15.723327Z"),
        ("America/New_York", "2025-10-14T01:06:15.723327Z"),
        ("UTC", "2025-10-13T21:06:15.723327Z"),
        ("Europe/Kyiv", "2025-10-13T18:06:15.723327Z"),
    ],
)
def test_naive_times_stand_in_the_zone_of_the_source(
    realdata: Path, zone: str | None, first: str
) -> None:
    """The supervisor wrote New York's wall clock, unless the source is told another zone."""
    path = realdata / "rick/narration/narration_supervisor_20251013.jsonl"
    assert read(path, timezone=zone).frame["ts_event"].iloc[0] == pd.Timestamp(first)


def test_signals_in_sentences(realdata: Path) -> None:
    """The prototype's lines name a time of day, a symbol, a side and a confidence in words."""
    reading = read(realdata / "rick/narration/narration_prototype_signal_lines.jsonl")
    assert reading.frame["ts_event"].isna().all()
    signals = frame_of(reading.frame, RICK, "signals")
    assert len(signals) == 13
    first = signals.iloc[0]
    assert (first["symbol"], first["side"], first["confidence_ratio"]) == ("AUD_USD", "buy", 0.71)
    assert signals["confidence_ratio"].between(0.5, 1.0).all()
    assert set(signals["side"]) == {"buy", "sell"}


def test_warnings_are_alerts(realdata: Path) -> None:
    """Each WARNING line is an alert that names who said it; INFO lines are none."""
    path = realdata / "rick/narration/narration_supervisor_20251013.jsonl"
    alerts = frame_of(read(path).frame, RICK, "alerts")
    assert len(alerts) == 73
    assert set(alerts["severity"]) == {"warning"}
    assert set(alerts["category"]) == {"dashboard_supervisor"}
    lost = alerts["title"] == "Hive Mind connection lost, attempting to reconnect"
    assert int(lost.sum()) == 70


def test_narration_says_it_in_words(realdata: Path) -> None:
    """Placed orders are narrated with their stops, mode and status, by class of symbol."""
    told = frame_of(read(realdata / "rick/arena").frame, RICK, "narration")
    assert told["text"].iloc[0] == (
        "OCO Placed EUR_USD BUY 100 units | SL: 1.16, TP: 1.17 | Mode: paper | Status: PENDING"
    )
    assert told["text"].iloc[1] == (
        "Order Placed BTC-USD BUY 0.001 units | Mode: paper | Status: PENDING"
    )
    assert told["symbol_class"].tolist() == ["fx", "crypto", "fx", "fx", "crypto"]
    assert told["kind"].tolist() == [
        "oco_placed", "order_placed", "oco_placed", "oco_placed", "order_placed",
    ]  # fmt: skip


def test_supervisor_lines_are_told_as_they_are(realdata: Path) -> None:
    """A line of the supervisor is its text, not an unknown event; repeats are one row."""
    path = realdata / "rick/narration/narration_supervisor_20251013.jsonl"
    told = frame_of(read(path).frame, RICK, "narration")
    assert told["text"].iloc[0] == "Dashboard supervisor starting up - initializing all systems"
    assert (len(told), int(told["told_total"].sum())) == (22, 325)


def test_the_checkpoints_tell_what_their_trades_made(realdata: Path) -> None:
    """78 checkpoints of four sessions: each total is the sum of its trades so far, at last 24.91,
    and what was won of each session's trades is the share that its last checkpoint tells.
    """
    folder = realdata / "rick/logs_zip"
    told = read(folder / "ghost_session.jsonl").frame
    table = pd.read_csv(folder / "ghost_trades_derived.csv")
    assert (len(told), told["value"].iloc[-1]) == (78, pytest.approx(24.91))
    sums = table.groupby("session")["pnl_usd"].cumsum()
    assert told["value"].tolist() == pytest.approx(sums.tolist())
    shares = told["attributes"].map(lambda text: json.loads(text)["win_rate"] / 100)
    shares = shares.groupby(table["session"]).last()
    trades = [
        {"pnl": pnl, "account_id": str(session)}
        for session, pnl in zip(table["session"], table["pnl_usd"], strict=True)
    ]
    found = trades_by_account({"trades": shaped("trades", trades)})
    assert found["closed_total"].tolist() == [1, 4, 48, 25]
    assert found["win_ratio"].tolist() == pytest.approx(shares.tolist(), abs=1e-3)


def test_every_file_is_recognized(realdata: Path) -> None:
    """Guessing knows the events, both kinds of narration and the checkpoints, line by line."""
    for name in (
        "arena/arena_events_20251016.jsonl",
        "narration/narration_prototype_signal_lines.jsonl",
        "narration/narration_supervisor_20251013.jsonl",
        "logs_zip/ghost_session.jsonl",
    ):
        guess = infer_path(realdata / "rick" / name)
        assert (guess.dialect, guess.sure_ratio) == ("rick", 1.0), name


def test_attach_maps_the_folders(realdata: Path) -> None:
    """All folders of RICK speak its dialect: one source, whose sessions are the folders."""
    (found,) = attach(realdata / "rick").found
    assert (found.name, found.dialect) == ("rick", "rick")
    frame = read(found.path).frame
    assert Counter(frame["session_id"]) == {
        "arena": 6, "logs_zip": 78, "narration": 338, "reports": 2,
    }  # fmt: skip


def test_other_systems_are_not_taken_for_rick(realdata: Path) -> None:
    """No log of another system is recognized as RICK's."""
    for file in sorted(realdata.rglob("*.jsonl")):
        if "rick" not in file.relative_to(realdata).parts:
            assert infer_path(file).dialect != "rick", file.name


def test_lines_are_explained(realdata: Path) -> None:
    """Explaining names what was read of a nested object and what was not, and a missing date."""
    path = realdata / "rick/arena/arena_events_20251016.jsonl"
    told = JsonlSource(path, dialect="rick").explain(path, 2)
    assert "payload.instrument" in told
    assert "in attributes alone: payload.sl, payload.tp, payload.quality, payload.mode" in told
    path = realdata / "rick/narration/narration_prototype_signal_lines.jsonl"
    told = JsonlSource(path, dialect="rick").explain(path, 1)
    assert "a time of day without a date; counts in `all` only" in told
    assert "quarantined" not in told
