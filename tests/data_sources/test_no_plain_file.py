"""A pipe, a socket, a device or a folder under a file's name: told at once, never waited for."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data_sources.accounts import AccountsSource
from data_sources.json_file import JsonFileSource
from data_sources.jsonl import JsonlSource
from data_sources.marker import MarkerSource
from data_sources.reading import Reading

LONG_SECONDS = 120
"""Whoever is at it so long waits for a writer that never comes."""


def json_file(path: Path) -> Any:
    return JsonFileSource(path, dialect="quantum_trader", told_as="telemetry.trade_state")


def accounts(path: Path) -> Any:
    return AccountsSource(path, probe=False)


def accounts_folder(path: Path) -> Any:
    """The folder alone is named; what is called as the file in it is none."""
    path.rename(path.with_name("accounts.yaml"))
    return AccountsSource(path.parent, probe=False)


def configured_marker(path: Path) -> Any:
    """The marker is there; what is called as its configuration is no file."""
    path.with_name("go_live.active").touch()
    return MarkerSource(path.with_name("go_live.active"), config=path.name)


KINDS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "json_file": (json_file, "unreadable"),
    "jsonl": (JsonlSource, "misconfigured"),
    "jsonl_folder": (lambda path: JsonlSource(path.parent), "misconfigured"),
    "marker": (MarkerSource, "unreadable"),
    "marker_config": (configured_marker, "degraded"),
    "accounts": (accounts, "unreadable"),
    "accounts_folder": (accounts_folder, "unreadable"),
}


@pytest.fixture(params=["pipe", "socket", "device"])
def strange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """What the thing is, and its path."""
    path = tmp_path / "a.jsonl"
    with socket.socket(socket.AF_UNIX) as listener:
        if request.param == "pipe":
            os.mkfifo(path)
        elif request.param == "socket":
            here = Path.cwd()
            os.chdir(tmp_path)
            listener.bind(path.name)
            os.chdir(here)
        elif os.geteuid() == 0:
            os.mknod(path, 0o20644, os.makedev(1, 5))
        else:
            pytest.skip("only root can make a device")
        yield request.param, path


def read_at_once(source: Any) -> Reading:
    """One reading, in a thread that may hang."""
    found: list[Reading] = []
    reader = threading.Thread(target=lambda: found.append(source.read()), daemon=True)
    reader.start()
    reader.join(LONG_SECONDS)
    assert found, "the read waits for somebody to write"
    return found[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_told_by_what_it_is(strange: tuple[str, Path], kind: str) -> None:
    """Each kind of source that reads files says which thing stands there, and comes back."""
    what, path = strange
    made, state = KINDS[kind]
    reading = read_at_once(made(path))
    assert reading.state == state
    assert f"is a {what}, not a file" in str(reading.problem)


def test_a_file_that_becomes_a_pipe_and_is_a_file_again(tmp_path: Path) -> None:
    """What was read from it stays; when it is a file again it is read again."""
    state, bots = tmp_path / "trade_state.json", tmp_path / "accounts.yaml"
    content = json.dumps({"BTCUSDT": {"side": "LONG", "qty": 1.0, "entry_price": 2.0}})
    listed = "accounts:\n  one:\n    health_port: 1\n"
    state.write_text(content)
    bots.write_text(listed)
    sources = json_file(state), accounts(bots)
    rows = [_rows(source.read()) for source in sources]
    for path in (state, bots):
        path.unlink()
        os.mkfifo(path)
    kept = [read_at_once(source) for source in sources]
    for path, text in ((state, content), (bots, listed)):
        path.unlink()
        path.write_text(text)
    back = [source.read() for source in sources]

    assert rows == [_rows(reading) for reading in kept] == [_rows(reading) for reading in back]
    assert rows == [1, 1]
    assert [reading.state for reading in kept] == ["unreadable", "unreadable"]
    assert all("is a pipe, not a file" in str(reading.problem) for reading in kept)
    assert [reading.state for reading in back] == ["ok", "ok"]


def _rows(reading: Reading) -> int:
    name = "positions" if "positions" in reading.frames else "accounts"
    return len(reading.frames[name])
