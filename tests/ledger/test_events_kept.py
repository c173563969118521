"""Lines kept to be told again are bounded; who reads in turn sees nothing of it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from ledger.events_kept import EventsKept
from tests.examples import examples
from tests.ledger.conftest import event_frame
from tests.ledger.picture import picture
from tests.ledger.stories import in_time, story

MOST = 12


def few(left: tuple[int, ...]) -> Ledger:
    """A ledger that keeps a dozen lines, and `left` of silent sessions."""
    ledger = Ledger()
    kept = EventsKept(ledger.orders._retelling._elsewhere, most=MOST, left=left)
    ledger.orders._events_kept = kept
    return ledger


def held(ledger: Ledger) -> int:
    return sum(len(session.events) for session in ledger.orders._by_number)


@examples(4)
@given(st.integers(0, 1 << 40).map(random.Random))
def test_who_reads_in_turn_sees_no_difference(rng: random.Random) -> None:
    """Line after line as written: the same picture, however few lines are kept."""
    rows = story(rng, sessions=5)
    frame = event_frame(rows)
    whole, trimmed = Ledger(), few(left=(4, 2))
    for place in in_time(rows):
        whole.fold(frame.iloc[[place]])
        trimmed.fold(frame.iloc[[place]])
    assert picture(trimmed.view(window_seconds=None)) == picture(whole.view(window_seconds=None))


def test_many_sessions_keep_no_more_lines_than_a_few() -> None:
    """Sixty sessions of twenty lines: as many lines as are allowed, and a few of each session."""
    ledger = few(left=(5, 1))
    for number in range(60):
        ledger.fold(
            event_frame(
                {
                    "ts_event": (number * 100 + line) * 10**9,
                    "kind": "order.submitted",
                    "client_order_id": f"{number}-{line}",
                    "session_id": f"s{number}",
                }
                for line in range(20)
            )
        )
    assert held(ledger) <= MOST + 20 + 60
    assert len(ledger.view(window_seconds=None).orders) == 1200
