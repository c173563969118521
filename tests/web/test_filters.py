"""Filters from a query."""

from __future__ import annotations

import pandas as pd
import pytest

from web.filters import FilterError, Filters, window_name


def test_without_a_query_the_default_window_is_asked_for() -> None:
    """No parameter means the desk's own window, now, everything."""
    assert Filters.from_query({}) == Filters("5m")
    assert Filters.from_query({}, default_window="120").window_seconds == 120.0


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("1m", 60), ("5m", 300), ("15m", 900), ("1h", 3600), ("6h", 21600), ("all", None)],
)
def test_each_named_window_has_its_seconds(name: str, seconds: float | None) -> None:
    """The windows of a page are those of the interface."""
    assert Filters.from_query({"window": name}).window_seconds == seconds


def test_equal_filters_have_one_key_however_they_are_written() -> None:
    """60 seconds and 1m, +02:00 and Z: one picture, one key."""
    first = {"window": "60", "at": "2025-09-07T14:00:00+02:00", "account": "A1"}
    second = {"account": "A1", "at": "2025-09-07T12:00:00.000Z", "window": "1m"}
    keys = {Filters.from_query(query, any_window=True).key for query in (first, second)}
    assert keys == {"window=1m&at=2025-09-07T12%3A00%3A00Z&account=A1"}


def test_a_moment_is_exact_to_the_nanosecond() -> None:
    """Nothing of a nanosecond timestamp is lost on the way through the key."""
    filters = Filters.from_query({"at": "2025-09-07T12:00:00.123456789Z"})
    assert filters.at == pd.Timestamp("2025-09-07T12:00:00.123456789Z")
    assert "123456789" in filters.key


def test_an_unescaped_plus_of_a_zone_is_understood() -> None:
    """`+02:00` in an address arrives as a blank."""
    filters = Filters.from_query({"at": "2025-09-07T14:00:00 02:00"})
    assert filters.at == pd.Timestamp("2025-09-07T12:00:00Z")


@pytest.mark.parametrize("name", ["last", "now", ""])
def test_words_for_moments(name: str) -> None:
    """`last` stays a word until a view is asked; `now` is no moment at all."""
    assert Filters.from_query({"at": name}).at == ("last" if name == "last" else None)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("window", "7m"),
        ("window", "60"),
        ("at", "yesterday"),
        ("at", "2025-09-07T12:00:00"),
        ("at", "2025-13-07T12:00:00Z"),
        ("at", "2025-02-30T12:00:00Z"),
        ("at", "9999-01-01T00:00:00Z"),
        ("account", "A1\x00"),
        ("source", "a\nb"),
        ("symbol", "x" * 129),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(parameter: str, value: str) -> None:
    """A refusal says which parameter, what was received, and what is allowed."""
    with pytest.raises(FilterError) as caught:
        Filters.from_query({parameter: value})
    assert caught.value.parameter == parameter
    assert caught.value.allowed


def test_all_that_is_not_allowed_is_named_at_once() -> None:
    """Two mistakes in an address are two sentences, in the order in which filters stand."""
    with pytest.raises(FilterError) as caught:
        Filters.from_query({"at": "foo", "window": "7h", "source": "ok"})
    assert [one.parameter for one in caught.value.all] == ["window", "at"]
    assert "window was '7h'" in str(caught.value)
    assert "at was 'foo'" in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "0", "1e999", "x", "5 m"])
def test_seconds_that_are_no_length_are_refused(value: str) -> None:
    """A window of seconds is a positive, finite number."""
    with pytest.raises(FilterError):
        Filters.from_query({"window": value}, any_window=True)


def test_other_parameters_are_left_to_others() -> None:
    """Zone and pause are the browser's own, and what nobody knows is no filter of a picture."""
    assert Filters.from_query({"tz": "browser", "paused": "1", "root": "/etc"}) == Filters()


def test_mode_and_status_are_filters_of_the_sessions() -> None:
    """Another mode is another picture, so both stand in its name."""
    filters = Filters.from_query({"mode": "shadow", "status": "failed"})
    assert (filters.mode, filters.status) == ("shadow", "failed")
    assert filters.key == "window=5m&mode=shadow&status=failed"


def test_a_length_of_seconds_takes_its_name_where_it_has_one() -> None:
    """300 seconds are 5m; 120 have no name."""
    assert [window_name(300.0), window_name(120.0), window_name(0.5)] == ["5m", "120", "0.5"]
