"""`--attach` on a folder finds files that are no JSONL, or says why they are no source."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from data_sources import Catalog, attach
from data_sources.attached import Attached
from data_sources.json_file import JsonFileSource
from data_sources.lone_files import MOST_TEXTS
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run

BACKEND = b'{"timestamp": "2025-11-30T11:20:00", "level": "ERROR", "logger": "x", "message": "m", "module": "y"}'  # noqa: E501
POSITION = {"BTCUSDT": {"side": "LONG", "qty": 1.0, "avg_entry": 2.0}}


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """A bot's folder with all sorts of files, and another system's logs."""
    write(tmp_path / "aurora/aurora_events.jsonl", good(1))
    state = tmp_path / "backend/data/trade_state.json"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps(POSITION))
    (tmp_path / "config").mkdir()
    (tmp_path / "config/strategy_tiering.toml").write_text(
        '[strategy.ma]\ntier = "core"\nallow_live = false\nlabel = "MA"\n'
    )
    write(tmp_path / "logs/startup_log.txt", b"Starting ...", BACKEND)
    write(tmp_path / "logs/backend.log", BACKEND, BACKEND)
    write(tmp_path / "logs/backend.log.1", BACKEND.replace(b"11:20", b"10:59"))
    for name in "a.csv", "b.csv", "result.json", "README.txt":
        write(tmp_path / "backtest" / name, b"some text")
    return tmp_path


def frames(tables: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Name of a source → rows of its events, or of its own frame."""
    return {
        name: sum(map(len, reading.frames.values())) or len(reading.frame)
        for name, source in Catalog.from_specs(tables).items()
        for reading in [source.read()]
    }


def test_files_that_are_no_jsonl_are_sources(bot: Path) -> None:
    """State files by their names, text logs by their lines; rotated parts belong to their log."""
    mapping = attach(bot)
    tables = mapping.sources()
    assert {name: (table["kind"], table["dialect"]) for name, table in tables.items()} == {
        f"aurora_{bot.name}": ("jsonl", "aurora"),
        "quantum_trade_state": ("json_file", "quantum_trader"),
        "peak_strategy_tiering": ("json_file", "peak_trade"),
        "quantum_startup_log": ("jsonl", "quantum_trader"),
        "quantum_backend": ("jsonl", "quantum_trader"),
    }
    assert frames(tables) == {
        f"aurora_{bot.name}": 1, "quantum_trade_state": 1, "peak_strategy_tiering": 1,
        "quantum_startup_log": 2, "quantum_backend": 3,
    }  # fmt: skip
    assert "trade_state.json → kind json_file, dialect quantum_trader" in mapping.text()


def test_what_is_no_source_is_named_with_the_reason(bot: Path) -> None:
    """Tables by folder and pattern, text files one by one."""
    left_out = attach(bot).left_out
    assert left_out == {
        bot / "backtest/*.csv": "2 files that no kind of source reads",
        bot / "backtest/*.json": "1 file that no kind of source reads",
        bot / "backtest/README.txt": "none of 1 line is a JSON object",
    }
    assert f"left out {bot}/backtest/*.csv: 2 files" in attach(bot).text()


def test_of_many_left_out_each_is_counted_under_its_reason(tmp_path: Path) -> None:
    """Twenty are named; the rest is told by reason and suffix with one name: none is missing."""
    for number in range(30):
        write(tmp_path / f"{number:02}/notes.txt", *[b"some text"] * (1 + number % 3))
        write(tmp_path / f"{number:02}/a.csv", b"x")
        write(tmp_path / f"{number:02}/b.csv", b"x")
    write(tmp_path / "01/result.json", b"{}")
    rows = attach(tmp_path).text().splitlines()
    start = next(number for number, row in enumerate(rows) if row.startswith("  left out "))
    assert all(row.startswith(f"  left out {tmp_path}/") for row in rows[start : start + 20])
    assert rows[start + 20 :] == [
        "  left out 71 more, by reason:",
        f"    none of N lines is a JSON object: 10 *.txt, such as {tmp_path}/20/notes.txt",
        f"    no kind of source reads: 60 *.csv, such as {tmp_path}/00/*.csv",
        f"    no kind of source reads: 1 *.json, such as {tmp_path}/01/*.json",
    ]


def test_texts_that_nobody_looks_into_are_counted(tmp_path: Path) -> None:
    """Of very many text logs the first are looked into; of the others it is said."""
    for number in range(MOST_TEXTS + 3):
        write(tmp_path / f"{number:03}.log", b"some text")
    left_out = attach(tmp_path).left_out
    assert len(left_out) == MOST_TEXTS + 1
    assert left_out[tmp_path / "*.log"].startswith("3 files that nobody looked into")
    assert "3 *.log" in attach(tmp_path).text()


def test_files_of_another_kind_are_not_left_out(tmp_path: Path) -> None:
    """The CSV and JSON files of a run folder are the run's."""
    write_run(tmp_path / "live_runs")
    mapping = attach(tmp_path)
    assert [table["kind"] for table in mapping.sources().values()] == ["runs"]
    assert mapping.left_out == {}


def test_a_text_log_beside_its_jsonl(tmp_path: Path) -> None:
    """What a console prints may be what the log beside it says: no line is counted twice."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    write(tmp_path / "console.log", good(1))
    assert frames(attach(tmp_path).sources()) == {tmp_path.name: 1}
    assert list(attach(tmp_path).left_out) == [tmp_path / "console.log"]


def test_a_state_file_that_appears_later(tmp_path: Path) -> None:
    """Files that come afterwards become sources too, once."""
    write(tmp_path / "logs/aurora_events.jsonl", good(1))
    attached = Attached([tmp_path])
    (tmp_path / "trade_state.json").write_text(json.dumps(POSITION))
    write(tmp_path / "more/backend.log", BACKEND)
    assert set(attached.news()) == {"quantum_trade_state", "quantum_backend"}
    assert attached.news() == {}
    positions = attached.sources["quantum_trade_state"].read().frames["positions"]
    assert positions["symbol"].tolist() == ["BTCUSDT"]
    again = Attached([tmp_path], attached.tables)
    assert set(again.sources) == {tmp_path.name, "quantum_trade_state", "quantum_backend"}


def test_a_state_file_alone(tmp_path: Path) -> None:
    """Attached by its own path, it is what it is in its folder."""
    file = tmp_path / "trade_state.json"
    file.write_text(json.dumps(POSITION))
    assert attach(file).sources() == attach(tmp_path).sources()


@pytest.mark.parametrize("name", JsonFileSource.usual)
def test_the_usual_files_can_be_read(tmp_path: Path, name: str) -> None:
    """The dialect of each makes frames of what such a file is told as."""
    JsonFileSource(tmp_path / name, **dict(JsonFileSource.usual[name]))


def test_the_real_folders_are_told_whole(realdata: Path, tmp_path: Path) -> None:
    """Of a real back test nothing is silently passed over."""
    shutil.copytree(realdata / "peak_trade/bt_canonical_5348", tmp_path / "bt")
    mapping = attach(tmp_path)
    assert {path.name for path in mapping.left_out} == {"*.csv", "*.json"}
    assert "7 files that no kind of source reads" in mapping.text()
