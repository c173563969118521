"""`--attach` on one flat folder in which several systems write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data_sources import Catalog, attach
from tests.data_sources.good_lines import good, write

REAL = {
    "aurora": ("aurora/tmp_debug_cancel/aurora_events.jsonl",),
    "rick": (
        "rick/arena/arena_events_20251016.jsonl",
        "rick/narration/narration_supervisor_20251013.jsonl",
    ),
    "stock_trader": (
        "stock_trader/local_logs/orders.jsonl",
        "stock_trader/local_logs/performance.jsonl",
    ),
    "peak_trade": ("peak_trade/fixtures/events/execution_events.valid.jsonl",),
    "quantum_trader": ("quantum_trader/logs/audit",),
}
"""Dialect → some real files, under names that all differ."""


@pytest.fixture
def flat(tmp_path: Path, realdata: Path) -> Path:
    """A folder with the real files of five systems side by side."""
    folder = tmp_path / "flat"
    folder.mkdir()
    for places in REAL.values():
        for place in places:
            real = realdata / place
            for file in [real] if real.is_file() else sorted(real.glob("*.jsonl")):
                shutil.copy(file, folder / file.name)
    return folder


def test_each_system_in_a_mixed_folder_is_a_source_of_its_own(flat: Path, realdata: Path) -> None:
    """Every file is read by its own dialect, by one source, and the mapping names it."""
    mapping = attach(flat)
    tables = mapping.sources()
    assert sorted(table["dialect"] for table in tables.values()) == sorted(REAL)
    assert mapping.left_out == {}
    named = [name for table in tables.values() for name in table["files"]]
    assert sorted(named) == sorted(file.name for file in flat.iterdir())
    catalog = Catalog.from_specs(tables)
    lines = 0
    for name, source in catalog.items():
        reading = source.read()
        assert set(reading.frame["system"]) == {tables[name]["dialect"]}
        assert reading.counts.quarantined == {}
        lines += reading.counts.accepted
        for log in tables[name]["files"]:
            assert f"{name}: {flat} → dialect {tables[name]['dialect']}" in mapping.text()
            assert f": {log}" in mapping.text()
    assert lines == sum(len(file.read_bytes().splitlines()) for file in flat.iterdir())


def test_audit_lines_beside_narration_are_no_narration(flat: Path) -> None:
    """The 19 audit lines of Quantum Trader's tests are its own, and none of RICK's."""
    sources = Catalog.from_specs(attach(flat).sources())
    kinds = {name: source.read().frame["kind"] for name, source in sources.items()}
    audit = kinds["flat_quantum_trader"]
    assert len(audit) == 19
    assert audit.astype(str).str.startswith("telemetry.test").all()
    assert len(kinds["flat_rick"]) == 325 + 6


def test_a_rotated_part_and_a_file_of_below(tmp_path: Path) -> None:
    """Rotated parts belong to their log; a log of the same name below the folder is another."""
    rick = b'{"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}'
    write(tmp_path / "aurora_events.jsonl", good(1))
    write(tmp_path / "narration.jsonl", rick)
    tables = attach(tmp_path).sources()
    write(tmp_path / "aurora_events.jsonl.1", good(2))
    write(tmp_path / "below/aurora_events.jsonl", good(3))
    found = {
        table["dialect"]: len(Catalog.from_specs({name: table})[name].read().frame)
        for name, table in tables.items()
    }
    assert found == {"aurora": 2, "rick": 1}


def test_a_file_that_has_no_line_yet_waits_for_its_own_dialect(tmp_path: Path) -> None:
    """In a mixed folder an empty file is no other file's: it is guessed at its first lines."""
    rick = b'{"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}'
    write(tmp_path / "aurora_events.jsonl", good(1))
    write(tmp_path / "narration.jsonl", rick)
    (tmp_path / "later.jsonl").touch()
    tables = attach(tmp_path).sources()
    assert tables["later"] == {
        "kind": "jsonl",
        "path": str(tmp_path / "later.jsonl"),
        "dialect": "auto",
    }
