"""A running Arena, and a source that listens to it, closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import Arena, arena

Listen = Callable[..., SseSource]


@pytest.fixture
def street() -> Iterator[Arena]:
    """The Arena on a free loopback port."""
    with arena() as server:
        yield server


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Makes sources that are quick to try again."""
    made: list[SseSource] = []

    def source(url: str, **options: Any) -> SseSource:
        quick = {"dialect": "rick", "retry_seconds": 0.5, "health_every_seconds": 0.3}
        made.append(SseSource(url, **{**quick, **options}))
        return made[-1]

    yield source
    for each in made:
        each.close()
