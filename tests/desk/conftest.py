"""A desk over lines that a test writes, each source in a folder of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Start a desk over `name=(dialect or its TOML, lines, account)` and read it to the end."""
    desks = []

    def started(**sources: tuple[str, list[dict[str, Any]], str | None]) -> Desk:
        origins = []
        for name, (dialect, lines, account) in sources.items():
            log = tmp_path / name / "log.jsonl"
            log.parent.mkdir()
            log.write_text("".join(json.dumps(line) + "\n" for line in lines))
            if "\n" in dialect:
                own = log.with_name("own.toml")
                own.write_text(dialect)
                dialect = str(own)
            source = JsonlSource(str(log), dialect=dialect, name=name, account_id=account)
            origins.append(origin(name, source))
        desk = Desk(origins, state_dir=tmp_path / "state")
        desks.append(desk)
        desk.start()
        expected = [len(lines) for _, lines, _ in sources.values()]
        wait_for(lambda: [row["accepted"] for row in desk.sources()] == expected)
        return desk

    yield started
    for desk in desks:
        desk.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that is easily filled; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a small disk; run the tests as root for this one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
