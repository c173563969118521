"""`--attach FILE`: what can be read alone is; of anything else it is said what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import app  # noqa: TID251 - the exit code is its own
from data_sources import attach
from data_sources.attached import Attached
from data_sources.errors import OriginError
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run
from tests.data_sources.price_files import bars
from tests.data_sources.price_files import write as write_bars


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("fills.csv", b"a,b\n1,2\n", "it is no log: none of 2 lines is a JSON object"),
        ("empty.csv", b"", "it is no log: no line yet"),
        ("empty.tsv", b"", "it is no log: no line yet"),
        ("empty.json", b"", "it is no log: no line yet"),
        ("empty.parquet", b"", "it is no parquet file of price bars"),
        ("report.json", b'{\n "pnl": 1\n}\n', "none of 3 lines is a JSON object"),
        ("config.json", b'{"theme": "dark"}\n', "none of them has usual names of trading"),
        ("README.txt", b"some text\n", "none of 1 line is a JSON object"),
        ("core", b"\x00\xff\n\x01\n", "none of 2 lines is a JSON object"),
        ("bars.parquet", b"a,b\n", "it is no parquet file of price bars"),
    ],
)
def test_a_file_of_no_kind_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, words: str
) -> None:
    """One sentence: which file, what it is, what could be attached; exit 78, and no desk."""
    file = tmp_path / name
    file.write_bytes(content)
    state = tmp_path / "state"
    assert app.main(["--attach", str(file), "--state-dir", str(state)]) == 78
    told = capsys.readouterr().err.strip()
    assert told.startswith(f"--attach {file}: ")
    assert words in told
    assert "or attach the bot's folder" in told
    assert "\n" not in told
    assert not state.exists()


def test_a_path_below_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the file nor its folder is there: told in one line, too."""
    assert app.main(["--attach", str(tmp_path / "no/log.jsonl")]) == 78
    told = capsys.readouterr().err
    assert "no/log.jsonl: neither it nor its folder exists. It may be a folder" in told
    assert told.count("\n") == 1


def test_a_file_of_a_folder_that_is_a_kind(tmp_path: Path) -> None:
    """A run's meta.json is read with its run: the sentence names what to attach."""
    write_run(tmp_path / "live_runs")
    (meta,) = (tmp_path / "live_runs").glob("*/meta.json")
    with pytest.raises(OriginError, match=r"is read as kind runs .*: attach that folder"):
        attach(meta)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("x.jsonl", (b"no JSON yet",)),
        ("x.ndjson", ()),
        ("x.out", (good(1),)),
        ("x.log", ()),
        ("later.log", None),
        ("mine.json", (good(1), good(2), good(3))),
    ],
)
def test_a_log_is_attached_alone(
    tmp_path: Path, name: str, lines: tuple[bytes, ...] | None
) -> None:
    """By its name whatever it holds, by its lines whatever it is called, and before it exists."""
    if lines is not None:
        write(tmp_path / name, *lines)
    tables = attach(tmp_path / name).sources()
    assert [(table["kind"], table["path"]) for table in tables.values()] == [
        ("jsonl", str(tmp_path / name))
    ]


def test_one_file_of_prices(tmp_path: Path) -> None:
    """A parquet file of bars is its symbol's prices, once, also at the next look and start."""
    file = write_bars(tmp_path, "SPY", bars())
    attached = Attached([file])
    ((name, source),) = attached.sources.items()
    assert (name, source.kind) == (file.stem, "parquet")
    assert set(source.read().frame["symbol"]) == {"SPY"}
    assert attached.news() == {}
    assert list(Attached([file], attached.tables).sources) == [name]


def test_the_real_prices_of_one_symbol(realdata: Path, tmp_path: Path) -> None:
    """A file of the real cache alone tells its symbol's bars."""
    shutil.copy(realdata / "stock_trader/parquet_local_data/XLI_1D.parquet", tmp_path)
    (source,) = Attached([tmp_path / "XLI_1D.parquet"]).sources.values()
    prices = source.read().frame
    assert set(prices["symbol"]) == {"XLI"}
    assert len(prices) > 126


def test_a_file_that_was_attached_stays(tmp_path: Path) -> None:
    """After a restart it is taken as it is now: what was kept of it is not refused."""
    write(tmp_path / "bot.log", good(1))
    before = Attached([tmp_path / "bot.log"]).tables
    (tmp_path / "bot.log").write_bytes(b"Starting ...\n")
    with pytest.raises(OriginError, match="none of 1 line"):
        Attached([tmp_path / "bot.log"])
    assert list(Attached([tmp_path / "bot.log"], before).sources) == ["bot"]
