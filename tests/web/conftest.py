"""A small desk, a small app and the real server for the web's tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from memory_desk import MemoryDesk  # noqa: E402
from running_server import RunningServer  # noqa: E402

from web.application import create_app  # noqa: E402


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture(scope="module")
def served() -> Iterator[RunningServer]:
    """One server for a module; its desk is `served.app.desk`."""
    app = create_app(MemoryDesk(), pages_folder=HERE / "small_pages")
    with RunningServer(app) as running:
        yield running
