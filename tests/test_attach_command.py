"""`python app.py --attach …`: however the folders are named, every line is read once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import app  # noqa: TID251 - what the command line does with its folders
import arguments
from ledger import Ledger
from tests.data_sources.good_lines import good, write
from tests.desk.small_desk import wait_for
from web.promised.aurora import status


def attached(state: Path, *folders: str | Path) -> tuple[list[str], dict[str, Any]]:
    """The names of the sources that stand after the look for newcomers, and their `/status`."""
    given = [text for folder in folders for text in ("--attach", str(folder))]
    origins, later = app.attach(arguments.parse_arguments(given).attach, state)
    ledger = Ledger()
    for look in range(2):
        origins += later["newcomers"]() if look else []
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


@pytest.mark.parametrize(
    ("folders", "read"),
    [
        (("../logs", "../logs"), ["logs"]),
        (("../logs", "../link"), ["logs"]),
        (("../logs/run_1", "../logs"), ["logs"]),
        (("../logs", "../logs/run_1"), ["logs"]),
        (("../logs", "../logs/aurora_events.jsonl"), ["logs"]),
        (("../logs/run_1", "../logs/run_1/later", "../logs/run_1/"), ["run_1"]),
        (("../logs/run_1", "../logs/run_10"), ["run_1", "run_10"]),
        (("../logs", "../logs/odd.txt"), ["logs", "odd"]),
    ],
)
def test_a_folder_named_twice_is_read_once(
    elsewhere: Path, folders: tuple[str, str], read: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same folder, another name of it, a part of it: counted once, and what is printed says so.

    Folders that only begin alike are two, and so is a file that the folder would not read.
    """
    logs = elsewhere.parent / "logs"
    lines = {
        "aurora_events.jsonl": 1,
        "run_1/aurora_events.jsonl": 2,
        "run_10/aurora_events.jsonl": 3,
    }
    for name, number in lines.items():
        write(logs / name, good(number))
    write(logs / "odd.txt", good(4))
    (elsewhere.parent / "link").symlink_to(logs)
    names, found = attached(elsewhere, *folders)
    assert names == read
    denied = {"logs": 3, "run_1": 1, "run_10": 1, "odd": 1}
    assert found["orders"]["denied"] == sum(denied[name] for name in names)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Left out ")]
    assert len(told) == len(folders) - len(names)


@pytest.mark.parametrize(
    "damaged", [b"{", b"[" * 100_000, b'{"x": 1}'], ids=["torn", "deep", "foreign"]
)
def test_a_damaged_memory_is_told_on_every_page(
    elsewhere: Path, damaged: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is set aside as it was, the folder is recognized anew, and the desk's notices say so."""
    write(elsewhere.parent / "logs/aurora_events.jsonl", good(1))
    (elsewhere / "attached.json").write_bytes(damaged)
    told: list[str] = []

    def serve_until_told(application: Any, *_address: Any) -> int:
        told[:] = wait_for(lambda: [n for n in application.desk.notices() if "set aside" in n])
        return 0

    monkeypatch.setattr("web.server.serve", serve_until_told)
    for once in ("share_arenas", "calm_the_collector"):  # they are for a whole process
        monkeypatch.setattr(f"desk.memory.{once}", lambda: None)
    assert app.main(["--attach", "../logs", "--state-dir", "."]) == 0
    (aside,) = elsewhere.glob("attached.json.corrupt-*")
    assert aside.read_bytes() == damaged
    assert len(told) == 1
    assert aside.name in told[0]
    assert "looked at anew" in told[0]
    assert "attached.json could not be used" in told[0]
    assert list(json.loads((elsewhere / "attached.json").read_text())) == [
        str(elsewhere.parent / "logs")
    ]
    assert app.attach([Path("../logs")], elsewhere)[1]["notices"]() == []
