"""`--attach DIR`: which sources a folder of logs becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_sources import Catalog, OriginError, attach
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run
from tests.data_sources.peak_trade.test_sessions import session
from tests.data_sources.peak_trade.test_sessions import write as write_session

OTHER = b'{"message": "hello", "time": 1756757303}'


def test_logs_of_one_dialect_are_one_source(tmp_path: Path) -> None:
    """All logs below a folder that speak one dialect become one source on that folder."""
    write(tmp_path / "logs/one/aurora_events.jsonl", good(1))
    write(tmp_path / "logs/two/orders_denied.jsonl", b'{"deny_reason": "R", "ts_ns": 1756757303}')
    mapping = attach(tmp_path / "logs")
    assert mapping.sources() == {
        "logs": {"kind": "jsonl", "path": str(tmp_path / "logs"), "dialect": "aurora"}
    }
    text = mapping.text()
    for part in "dialect aurora", "2 files", "2 lines sampled", "sure 100%", "order.denied 1":
        assert part in text
    assert len(Catalog.from_specs(mapping.sources())["logs"].read().frame) == 2


def test_logs_of_several_dialects_are_several_sources(tmp_path: Path) -> None:
    """Where folders speak differently, each is its own source; together they read every line."""
    write(tmp_path / "aurora/aurora_events.jsonl", good(1))
    write(tmp_path / "other/a.jsonl", OTHER)
    write(tmp_path / "top.jsonl", OTHER)
    sources = attach(tmp_path).sources()
    assert {name: table["dialect"] for name, table in sources.items()} == {
        "aurora": "aurora",
        "other": "generic",
        "top": "generic",
    }
    catalog = Catalog.from_specs(sources)
    assert sum(len(source.read().frame) for source in catalog.values()) == 3


def test_an_empty_or_missing_folder_is_watched(tmp_path: Path) -> None:
    """A folder without logs, or one that is not there yet, becomes a source that waits."""
    for path in tmp_path, tmp_path / "later":
        mapping = attach(path)
        (table,) = mapping.sources().values()
        assert (table["path"], table["dialect"]) == (str(path), "auto")
        assert "no log yet" in mapping.text()
        # A name that was mistyped is not to be waited for in good faith.
        assert ("there is nothing of that name" in mapping.text()) == (not path.exists())


def test_an_impossible_folder_is_refused(tmp_path: Path) -> None:
    """A path whose own folder does not exist is probably a mistake and is refused by name."""
    with pytest.raises(OriginError, match="nowhere/logs: neither it nor its folder exists"):
        attach(tmp_path / "nowhere/logs")


def test_a_mistyped_folder_at_the_root_is_refused() -> None:
    """The root always exists: a name in it that is none is no bot that has not started yet."""
    allowed = "or one that does not exist yet in a folder that does"
    with pytest.raises(OriginError, match=f"^/nowhere-at-all: neither it nor .*{allowed}"):
        attach("/nowhere-at-all")


def test_one_line_is_told_as_one(tmp_path: Path) -> None:
    """What was recognized is said in words that fit their number."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    assert "1 file, 1 line sampled, sure 100%: aurora recognizes 100% of 1 line by" in (
        attach(tmp_path).text()
    )


def test_nothing_is_written(tmp_path: Path) -> None:
    """Attaching reads alone: no file appears or changes."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    attach(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_real_folders(realdata: Path) -> None:
    """Each real session of Aurora becomes one source named after its folder."""
    for folder in (realdata / "aurora/regenerated").iterdir():
        (name,) = attach(folder).sources()
        assert name == folder.name


def test_folders_of_other_kinds_become_their_sources(tmp_path: Path) -> None:
    """Run folders and session files are told by their kinds; logs beside them stay logs."""
    run = write_run(tmp_path / "live_runs", alerts=['{"rule_id": "r"}'])
    write(tmp_path / "live_runs/alerts/alerts_2026-01-15.jsonl", good(1))
    write(tmp_path / "logs/aurora_events.jsonl", good(2))
    write_session(tmp_path / "reports/live_sessions", "a.json", session())
    mapping = attach(tmp_path)
    tables = mapping.sources()
    assert {name: (table["kind"], Path(table["path"])) for name, table in tables.items()} == {
        "aurora_alerts": ("jsonl", tmp_path / "live_runs/alerts"),
        "aurora_logs": ("jsonl", tmp_path / "logs"),
        "live_runs": ("runs", tmp_path / "live_runs"),
        "live_sessions": ("sessions", tmp_path / "reports/live_sessions"),
    }
    for part in "kind runs", "1 run folder with a meta.json", "kind sessions", "1 session file":
        assert part in mapping.text()
    catalog = Catalog.from_specs(tables)
    assert {name: len(source.read().frame) for name, source in catalog.items()} == dict.fromkeys(
        tables, 1
    )
    (table,) = attach(run).sources().values()
    assert (table["kind"], table["path"]) == ("runs", str(run))


def test_a_folder_that_no_kind_knows_is_no_source(tmp_path: Path) -> None:
    """JSON files and meta.json of another making are not taken for sessions or runs."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x/meta.json").write_text('{"version": 3}')
    (tmp_path / "package.json").write_text("{}")
    (table,) = attach(tmp_path).sources().values()
    assert (table["kind"], table["dialect"]) == ("jsonl", "auto")
