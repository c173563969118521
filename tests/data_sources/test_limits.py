"""What a polled source is told about asking is checked in one place, in the same words."""

from __future__ import annotations

from typing import Any

import pytest

from data_sources import PrometheusSource, RestSource
from data_sources.errors import ConfigError

URL = "http://127.0.0.1:9"


def prometheus(**limits: Any) -> PrometheusSource:
    return PrometheusSource(URL, **limits)


def rest(**limits: Any) -> RestSource:
    return RestSource("quantum_trader", services={"portfolio": URL}, **limits)


@pytest.mark.parametrize("option", ["every_seconds", "stale_after_seconds", "timeout_seconds"])
@pytest.mark.parametrize("value", [0, -1.5, float("inf"), float("nan")])
@pytest.mark.parametrize("kind", [prometheus, rest])
def test_a_limit_is_above_zero(kind: Any, option: str, value: float) -> None:
    """Else it is refused by its name, the same for every kind that polls."""
    with pytest.raises(ConfigError) as refused:
        kind(**{option: value})
    assert str(refused.value) == f"{option}: was {value}; it must be a number above 0"


@pytest.mark.parametrize("kind", [prometheus, rest])
def test_an_answer_may_be_some_bytes_long(kind: Any) -> None:
    """No answer fits into nothing."""
    with pytest.raises(ConfigError, match=r"^max_bytes: was 0; it must be a number above 0$"):
        kind(max_bytes=0)


def test_each_endpoint_has_its_own_pace_where_none_is_told() -> None:
    """A pace of all replaces those of the mapping; the fastest is the source's."""
    own, told = rest(), rest(every_seconds=7)
    assert own.every_seconds < 7.0
    assert told.every_seconds == 7.0
