"""`python app.py --attach …`: however the folders are named, every line is read once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import app  # noqa: TID251 - what the command line does with its folders
import arguments
from ledger import Ledger
from tests.data_sources.good_lines import good, write
from web.promised.aurora import status


def attached(state: Path, *folders: str | Path) -> tuple[list[str], dict[str, Any]]:
    """The names of the sources that stand after the look for newcomers, and their `/status`."""
    given = [text for folder in folders for text in ("--attach", str(folder))]
    origins, newcomers = app.attach(arguments.parse_arguments(given).attach, state)
    assert newcomers is not None
    ledger = Ledger()
    for look in range(2):
        origins += newcomers() if look else []
        for each in origins:
            ledger.fold(each.source.read().frame)
    for each in origins:
        each.source.close()
    return [each.name for each in origins], status(ledger.view(window_seconds=None))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a folder beside the one that holds the logs."""
    place = tmp_path / "desk"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def test_a_path_with_dots_is_read_once(elsewhere: Path, realdata: Path) -> None:
    """One open, one ack, three denials and one maker route, as by the folder's absolute path."""
    folder = os.path.relpath(realdata / "aurora/tmp_debug_cancel")
    assert folder.startswith("..")
    names, found = attached(elsewhere, folder)
    assert names == ["tmp_debug_cancel"]
    told = {name: n for name, n in found["orders"].items() if n}
    assert told == {"submitted": 1, "ack": 1, "denied": 3}
    assert found["routes"]["maker"] == 1
    assert found["pending"]["pending_orders"] == 1


@pytest.mark.parametrize("path", ["../logs", "../logs/aurora_events.jsonl", "./../desk/../logs/."])
def test_dots_anywhere_in_a_path(elsewhere: Path, path: str) -> None:
    """A folder or a single file; what is remembered of it is found again by its absolute path."""
    write(elsewhere.parent / "logs/aurora_events.jsonl", good(1), good(2))
    names, found = attached(elsewhere, path)
    assert len(names) == 1
    assert found["orders"]["denied"] == 2
    assert (elsewhere / "attached.json").exists()
    again, _ = attached(elsewhere, (elsewhere / path).resolve())
    assert again == names
