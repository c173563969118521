"""A server that misbehaves, for each test anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.data_sources.fault_server import fault_server


@pytest.fixture
def server() -> Iterator[object]:
    """The fault server on a free loopback port."""
    with fault_server() as running:
        yield running
