"""The origins of the contract: one for each kind; who adds a kind adds its origin here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from data_sources.registry import Source, discover
from tests.contract import file_origins, network_origins
from tests.contract.origin import Origin

ORIGINS: dict[str, Callable[[Path], AbstractContextManager[Origin]]] = {
    "accounts": file_origins.accounts,
    "alpaca": network_origins.alpaca,
    "health": network_origins.health_endpoint,
    "json_file": file_origins.json_file,
    "jsonl": file_origins.jsonl,
    "log_folder": file_origins.log_folder,
    "marker": file_origins.marker,
    "parquet": file_origins.parquet,
    "prometheus": network_origins.prometheus,
    "redis_streams": network_origins.redis_streams,
    "rest": network_origins.rest,
    "runs": file_origins.runs,
    "sessions": file_origins.sessions,
    "sse": network_origins.sse,
}


@pytest.fixture(params=list(discover()))
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind that there is."""
    found: str = request.param
    assert found in ORIGINS, (
        f"the kind {found!r} has no origin: write one like those in tests/contract/*_origins.py "
        "and name it in tests/contract/conftest.py"
    )
    return found


@pytest.fixture
def origin(kind: str, tmp_path: Path) -> Iterator[Origin]:
    """A real origin of the kind."""
    with ORIGINS[kind](tmp_path) as found:
        yield found


@pytest.fixture
def make(origin: Origin) -> Iterator[Callable[[], Source]]:
    """Makes sources of the origin, closed at the end."""
    with ExitStack() as closing:

        def made() -> Source:
            source = origin.make()
            closing.callback(source.close)
            return source

        yield made
