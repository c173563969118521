"""When each source was last heard is the same by blocks from the end as by looking at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, heard
from tests.ledger.conftest import event_frame

Maker = Callable[[list[dict[str, Any]]], pd.DataFrame]
EVENTS = st.lists(st.tuples(st.integers(1, 60), st.sampled_from("abc")), min_size=1, max_size=60)


@given(events=EVENTS, at=st.integers(0, 61))
def test_each_source_has_its_newest_time_up_to_the_moment(
    events: list[tuple[int, str]], at: int
) -> None:
    """Of every source the greatest time that is not after the moment; of others nothing."""
    rows = [{"ts_event": ts, "source": name, "kind": "heartbeat"} for ts, name in events]
    ledger = Ledger()
    ledger.fold(event_frame(sorted(rows, key=lambda row: row["ts_event"])))
    told = {name: max((ts for ts, one in events if one == name and ts <= at), default=0)
            for name in "abc"}  # fmt: skip
    assert ledger.last_heard(at) == {name: ts for name, ts in told.items() if ts}


def test_a_source_that_fell_silent_long_ago_is_found_behind_many_blocks(
    make_events: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search goes back until it has met every source."""
    monkeypatch.setattr(heard, "_BLOCK", 8)
    rows = [{"ts_event": 5, "source": "old", "kind": "heartbeat"}]
    rows += [{"ts_event": 10 + n, "source": "new", "kind": "heartbeat"} for n in range(100)]
    ledger = Ledger()
    ledger.fold(make_events(rows))
    assert ledger.last_heard(1_000) == {"old": 5, "new": 109}
