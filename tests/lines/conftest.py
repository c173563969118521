"""A log, and somebody who follows its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lines.follower import Follower


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder / "a.jsonl"


@pytest.fixture
def follower(log: Path) -> Follower:
    return Follower(log.parent)
