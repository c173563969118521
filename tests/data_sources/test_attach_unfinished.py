"""A file that is spoiled, or not written to its end yet, hides no source from `--attach`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_sources import attached as module
from data_sources.attached import Attached
from data_sources.parquet import MOST_LOOKED_INTO, ParquetSource
from tests.data_sources.good_lines import good
from tests.data_sources.price_files import bars, write


def half(file: Path) -> bytes:
    """Leave half of a file; return the whole."""
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    return whole


@pytest.mark.parametrize("spoil", [half, lambda file: file.write_bytes(b"")])
def test_one_spoiled_file_hides_no_cache(tmp_path: Path, spoil: Any) -> None:
    """The folder is attached by another file; the first is named, its neighbors are read."""
    spoil(write(tmp_path, "AAA", bars()))
    write(tmp_path, "SPY", bars())
    (source,) = Attached([tmp_path]).sources.values()
    assert source.kind == "parquet"
    assert set(source.read().frame["symbol"]) == {"SPY"}
    why = str(ParquetSource.recognizes(tmp_path))
    assert "SPY_1D.parquet the first that can be used; not AAA_1D.parquet" in why


def test_only_some_files_are_asked(tmp_path: Path) -> None:
    """A folder that begins with many files of something else is not searched to its end."""
    for number in range(MOST_LOOKED_INTO):
        (tmp_path / f"A{number:02}.parquet").write_bytes(b"no parquet")
    write(tmp_path, "SPY", bars())
    assert ParquetSource.recognizes(tmp_path) is None
    (tmp_path / "A00.parquet").unlink()
    assert ParquetSource.recognizes(tmp_path) is not None


def test_a_cache_whose_first_file_was_being_written(tmp_path: Path) -> None:
    """It is found when the file is whole, though nothing came into its folder since."""
    cache = tmp_path / "equities"
    cache.mkdir()
    file = write(cache, "SPY", bars())
    whole = half(file)
    attached = Attached([tmp_path])
    assert attached.news() == {}
    file.write_bytes(whole)
    (source,) = attached.news().values()
    assert (source.kind, len(source.read().frame)) == ("parquet", len(bars()))
    assert attached.news() == {}


def test_a_text_log_whose_first_line_was_being_written(tmp_path: Path) -> None:
    """A bot's log under a name of its own is found when its first line is whole."""
    log = tmp_path / "bot.log"
    log.write_bytes(good(1)[:10])
    attached = Attached([tmp_path])
    assert attached.news() == {}
    log.write_bytes(good(1) + b"\n" + good(2) + b"\n")
    (source,) = attached.news().values()
    assert source.read().counts.accepted == 2


def test_what_is_read_costs_no_second_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are asked again while a file of nobody changes, not for one that a source has."""
    asked: list[Path] = []
    look = module.recognized_below
    monkeypatch.setattr(module, "recognized_below", lambda root: asked.append(root) or look(root))
    (log := tmp_path / "bot.log").write_bytes(good(1) + b"\n")
    cache, other = tmp_path / "equities", tmp_path / "other"
    for folder in (cache, other):
        folder.mkdir()
    file = write(cache, "SPY", bars())
    foreign = other / "table.parquet"
    foreign.write_bytes(b"something")
    attached = Attached([tmp_path])
    file.write_bytes(file.read_bytes())
    log.write_bytes(log.read_bytes() + good(2) + b"\n")
    attached.news()
    assert asked == []
    foreign.write_bytes(b"something else")
    attached.news()
    attached.news()
    assert asked == [tmp_path]
