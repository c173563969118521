"""A time of day without a date is no moment: the line counts, and stands in no window."""

from __future__ import annotations

import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.lines.decode import Decoder
from data_sources.lines.timestamps import BadTimeError, epoch_ns
from tests.lines.odd_lines import NOW_NS


@pytest.mark.parametrize("text", ["09:15:01", "23:59", "00:00:00.125", "24:00:00"])
def test_a_time_of_day_names_no_moment(text: str) -> None:
    """It is told apart from what is no time at all."""
    with pytest.raises(BadTimeError) as told:
        epoch_ns(text)
    assert told.value.no_date


@pytest.mark.parametrize("text", ["25:00:00", "09:61", "soon", "9:5", "2025-13-01"])
def test_others_are_no_time(text: str) -> None:
    """What is neither a moment nor a time of day stays a bad time."""
    with pytest.raises(BadTimeError) as told:
        epoch_ns(text)
    assert not told.value.no_date


@pytest.mark.parametrize("strictly", [True, False])
def test_such_lines_are_accepted_without_a_time(strictly: bool) -> None:
    """In both ways of decoding: accepted and untimed; a bad time costs its own line alone."""
    lines = [b'{"timestamp": "09:15:%02d", "narration": "x", "event_type": "SIGNAL"}' % n
             for n in range(40)]  # fmt: skip
    lines.append(b'{"timestamp": "soon", "narration": "x", "event_type": "SIGNAL"}')
    decoder = Decoder(load_dialect("rick"), small_bytes=0)
    way = decoder.decode_strictly if strictly else decoder.decode
    columns, bad = way(b"\n".join(lines) + b"\n", NOW_NS)
    assert (len(columns), columns.untimed) == (40, 40)
    assert [line.reason for line in bad] == ["bad_ts"]
