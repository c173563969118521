"""A server that misbehaves, for each test anew; every reading of a test is held to the papers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

from data_sources.frames import FRAMES
from data_sources.registry import discover
from docs.from_code.described import Described, described
from tests.data_sources.fault_server import fault_server

BY_DIALECT = {"json_file", "rest"}
"""Kinds whose other frames the dialect names."""


@pytest.fixture
def server() -> Iterator[object]:
    """The fault server on a free loopback port."""
    with fault_server() as running:
        yield running


def _held(kind: str, read: Any, said: Described) -> Any:
    known = {*said.frames, *(FRAMES if kind in BY_DIALECT else ())}

    @wraps(read)
    def held_read(self: Any, *arguments: Any, **more: Any) -> Any:
        reading = read(self, *arguments, **more)
        assert reading.state in said.states, f"{kind}: its docstring lacks the state"
        assert set(reading.frames) <= known, f"{kind}: its docstring lacks a frame"
        return reading

    return held_read


@pytest.fixture(scope="session", autouse=True)
def readings_are_as_told() -> Iterator[None]:
    """Whatever a test reads has a state and frames that its page names."""
    classes = discover()
    real = {kind: each.read for kind, each in classes.items()}
    for kind, each in classes.items():
        each.read = _held(kind, real[kind], described(each))
    yield
    for kind, each in classes.items():
        each.read = real[kind]
