"""The real pages on views of the real ledger: of nothing, and of a minute of the demo bot."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import dash
import pytest
from dash import Dash

from data_sources import JsonlSource
from web.filters import Filters

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
from page_desk import VARIABLES, Desk, add_sessions  # noqa: E402

START = "2025-09-01T12:00:00Z"


@pytest.fixture(scope="session")
def pages() -> dict[str, ModuleType | SimpleNamespace]:
    """The page modules by path, as Dash imports them; those of one thing show that of the desks."""
    dash.page_registry.clear()
    app = Dash("pages_under_test", use_pages=True, pages_folder=str(ROOT / "pages"))
    assert app
    found = {
        path: bound(sys.modules[entry["module"]], VARIABLES.get(path, {}))
        for entry, path in entries()
    }
    assert found
    return found


def bound(module: ModuleType, variables: dict[str, str]) -> ModuleType | SimpleNamespace:
    """A page module that is built with these variables of its path."""
    if not variables:
        return module
    names = {**vars(module), "build": partial(module.build, **variables)}
    return SimpleNamespace(**names)


def entries() -> list[tuple[dict[str, Any], str]]:
    """The entries of Dash's registry with their paths."""
    return [
        (entry, str(entry["path_template"] or entry["path"]))
        for entry in dash.page_registry.values()
        if not entry["module"].endswith("not_found_404")
    ]


@pytest.fixture
def nothing() -> Desk:
    """A desk without any source."""
    return Desk([], "2025-09-01T12:00:00Z")


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A minute of the demo bot at 50 events a second, with bad lines, read from its files."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "demo", "--dir", str(folder), "--fast", "--seconds", "60"]
    command += ["--rate", "50", "--seed", "7", "--start", START, "--bad-lines", "0.01"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    source = JsonlSource(folder / "aurora", dialect="aurora", name="aurora", account_id="A1")
    desk = Desk([], "2025-09-01T12:01:00Z")
    duplicates, more = 0, True
    events = None
    while more:
        reading = source.read()
        events = reading.frame if events is None else events
        more = reading.more
        duplicates += sum(desk.ledger.fold(reading.frame).duplicates.values())
        desk.quarantined += [
            {"source": "aurora", "file": line.file, "offset": line.offset}
            | {"reason": line.reason, "head": line.head}
            for line in reading.quarantined
        ]
    counts = reading.counts
    source.close()
    desk.sources = [
        {
            "name": "aurora",
            "kind": "jsonl",
            "dialect": "aurora",
            "system": "aurora",
            "account_id": "A1",
            "state": "ok",
            "problem": None,
            "path": "logs/aurora",
            "stale_after_seconds": 10.0,
            "lines_in": counts.lines_in,
            "accepted": counts.accepted - duplicates,
            "duplicates": counts.duplicates + duplicates,
            "blank": counts.blank,
            "quarantined": counts.quarantined,
            "bytes_read": counts.bytes_read,
            "partial_bytes": counts.partial_bytes,
            "generations": counts.generations,
            "newest_ts_event": desk.view().newest,
            "received_ms": desk.at.timestamp() * 1000.0 - 400,
        },
        {
            "name": "bot",
            "kind": "health",
            "is_state": True,
            "dialect": None,
            "account_id": "A1",
            "state": "down",
            "problem": "connection refused",
            "url": "http://127.0.0.1:9/health",
            "lines_in": None,
            "accepted": None,
            "blank": None,
            "duplicates": None,
            "quarantined": None,
            "bytes_read": None,
            "partial_bytes": None,
            "generations": None,
            "newest_ts_event": None,
            "stale_after_seconds": 15.0,
            "received_ms": desk.at.timestamp() * 1000.0 - 60_000,
        },
    ]
    add_sessions(desk, folder, events)
    return desk


@pytest.fixture
def filters() -> Filters:
    """No filter: five minutes, live."""
    return Filters()
