"""Quantum Trader's containers print text without any JSON: `--attach` knows it by its words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_sources import DialectError, JsonlSource, attach
from data_sources.dialects.dialect import load_dialect, read_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.lines.infer import infer
from data_sources.many import many

BOT = "2025-03-04 05:06:07,125 - microservices.trading_bot.simple_bot - {} - [TRADING-BOT] {}"
ENGINE = "[2025-03-04 05:06:07,125] [microservices.ai_engine.service] [{}] {}"
BACKEND = "05:06:07 - {} - [EXIT_GATEWAY] {}"
ACCESS = 'INFO:     10.0.0.1:5000 - "GET /health HTTP/1.1" 200 OK'


def attached(folder: Path, *lines: str) -> pd.DataFrame:
    (folder / "container.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (found,) = attach(folder).folders
    assert (found.kind, found.options) == ("jsonl", {"dialect": "quantum_trader"})
    return JsonlSource(found.path, dialect="quantum_trader").read().frame


def test_what_the_trading_bot_prints(tmp_path: Path) -> None:
    """Its fallback signals are signals with a side; the price, rounded to cents, is not taken."""
    said = "Fallback signal: ABUSDT SELL @ $0.01 (24h: -1.96%, confidence=52%)"
    held = "Fallback signal: CDUSDT HOLD @ $1.94 (24h: +0.15%, confidence=30%)"
    events = attached(tmp_path, BOT.format("INFO", said), BOT.format("INFO", held), ACCESS)
    assert events["kind"].tolist() == ["signal", "telemetry.log", "telemetry.log"]
    signal = frame_of(events, load_dialect("quantum_trader"), "signals").iloc[0]
    assert (signal["symbol"], signal["side"]) == ("ABUSDT", "sell")
    assert signal["confidence_ratio"] == pytest.approx(0.52)
    assert events["price"].isna().all()
    assert events["ts_event"].iloc[0] == pd.Timestamp("2025-03-04T05:06:07.125Z")
    assert pd.isna(events["ts_event"].iloc[2])


def test_what_the_engine_and_the_backend_print(tmp_path: Path) -> None:
    """Levels are told, errors are errors; a time of day alone is no time."""
    events = attached(
        tmp_path,
        ENGINE.format("WARNING", "DRIFT"),
        BACKEND.format("ERROR", "Order submission failed: symbol=ABUSDT"),
        "Traceback (most recent call last):",
    )
    assert events["kind"].tolist() == ["telemetry.log", "error", "telemetry.log"]
    assert events["code"].tolist()[:2] == ["WARNING", "ERROR"]
    assert events["ts_event"].notna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    "lines",
    [
        ["2025-03-04 05:06:07,125 - services.orders - INFO - filled"],
        ["[EXIT] done", "05:06:07 - INFO - started"],
        [ENGINE.format("INFO", "up"), ACCESS, ACCESS],
        [400 * "x" + BACKEND.format("INFO", "up")],
        ["\ufffd\x00", "EXIT_GATEWAY"],
    ],
)
def test_text_of_others_is_none_of_it(lines: list[str]) -> None:
    """Other loggers, other words, less than half of the lines: nobody's log, and the reason."""
    guess = infer(line.encode() for line in lines)
    assert guess.dialect == "unknown"
    assert guess.why == f"none of {many(len(lines), 'line')} is a JSON object"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text_lines = true\ntext_signs = ['(']", r":5: record\.text_signs\[0\]: is no regular"),
        ("text_signs = ['x']", r":4: record\.text_signs: needs text_lines = true"),
    ],
)
def test_a_wrong_sign_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """By line and key, with what is missing."""
    (tmp_path / "x.toml").write_text(f'name = "x"\n[record]\ntime = ["t"]\n{text}\ncode = ["c"]\n')
    with pytest.raises(DialectError, match=message):
        read_dialect(tmp_path / "x.toml")
