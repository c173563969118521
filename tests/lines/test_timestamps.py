"""Times in all the forms that logs use, exactly."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from data_sources.lines.timestamps import BadTimeError, epoch_ns

INSTANT = 1_756_757_303_117_000_000
SECOND = 1_756_757_303_000_000_000
MIDNIGHT = 1_756_771_200_000_000_000

SAME = {
    "ns": (1_756_757_303_117_000_000, INSTANT),
    "µs": (1_756_757_303_117_000, INSTANT),
    "ms": (1_756_757_303_117, INSTANT),
    "s": (1_756_757_303, SECOND),
    "float s": (1_756_757_303.117, INSTANT),
    "float ms": (1_756_757_303_117.0, INSTANT),
    "digits": ("1756757303117", INSTANT),
    "digits with fraction": ("1756757303.117", INSTANT),
    "Z": ("2025-09-01T20:08:23.117Z", INSTANT),
    "lower case": ("2025-09-01t20:08:23.117z", INSTANT),
    "+03:00": ("2025-09-01T23:08:23.117+03:00", INSTANT),
    "-0430": ("2025-09-01T15:38:23.117-0430", INSTANT),
    "+02": ("2025-09-01T22:08:23.117+02", INSTANT),
    "9 digits": ("2025-09-01T20:08:23.117000000Z", INSTANT),
    "12 digits": ("2025-09-01T20:08:23.117000000999Z", INSTANT),
    "comma": ("2025-09-01 20:08:23,117Z", INSTANT),
    "24:00": ("2025-09-01T24:00:00Z", MIDNIGHT),
    "24:00 is the next day": ("2025-09-02T00:00Z", MIDNIGHT),
    "leap second": ("2025-09-01T23:59:60Z", MIDNIGHT),
    "second 60": ("2025-09-01T20:07:60Z", SECOND - 23_000_000_000),
    "UTC": ("2025-09-01 20:08:23 UTC", SECOND),
}

NAIVE = {
    "naive": ("2025-09-01T20:08:23", SECOND),
    "blank": ("2025-09-01 20:08:23", SECOND),
    "date": ("2025-09-02", MIDNIGHT),
}

BAD = [
    "yesterday", "", " ", "2025-13-01", "2025-02-30T00:00:00Z", "2025-09-01T25:00:00Z",
    "2025-09-01T24:00:01Z", "2025-09-01T20:61:00Z", "2025-09-01T20:08:61Z", "1999-12-31T23:59:59Z",
    0, 1, -1, 946_684_799, True, [], {}, 2**63, 1e30, float("nan"), float("inf"), "1e9",
    "9999-01-01T00:00:00Z", 9_300_000_000, "20:08:23",
]  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_instant(name: str) -> None:
    """Seconds, milliseconds, microseconds, nanoseconds, floats, digits and ISO agree to the ns."""
    value, expected = SAME[name]
    assert epoch_ns(value) == (expected, False)


@pytest.mark.parametrize("name", NAIVE)
def test_a_time_without_zone_is_flagged(name: str) -> None:
    """A time that names no zone is read in the source's zone and says so."""
    value, expected = NAIVE[name]
    assert epoch_ns(value) == (expected, True)
    assert epoch_ns(value, ZoneInfo("Asia/Tokyo")) == (expected - 9 * 3600 * 10**9, True)


@pytest.mark.parametrize("value", BAD, ids=str)
def test_no_time(value: object) -> None:
    """What is no time, or lies before 2000 or beyond 2262, is refused."""
    with pytest.raises(BadTimeError):
        epoch_ns(value)


def test_nanoseconds_never_pass_through_a_float() -> None:
    """Neighboring nanoseconds stay apart, though a float cannot tell them."""
    assert [epoch_ns(INSTANT + k)[0] - INSTANT for k in range(300)] == list(range(300))


def test_daylight_saving_follows_the_zone() -> None:
    """The same wall time in January and July differs by the zone's own offset."""
    berlin = ZoneInfo("Europe/Berlin")
    winter = epoch_ns("2025-01-15T12:00:00", berlin)[0] - epoch_ns("2025-01-15T12:00:00Z")[0]
    summer = epoch_ns("2025-07-15T12:00:00", berlin)[0] - epoch_ns("2025-07-15T12:00:00Z")[0]
    assert (winter, summer) == (-3600 * 10**9, -7200 * 10**9)
