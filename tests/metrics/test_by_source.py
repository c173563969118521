"""The window source by source adds up to the window."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics.by_source import counts_by_source, open_orders_by_source
from metrics.orders import order_counts, window_events

WHAT = ("submitted", "filled", "order.denied", "heartbeat", "accepted", "telemetry.twin.x")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(("aurora", "rick", "arena")),
            "what": st.sampled_from(WHAT),
            "position_effect": st.sampled_from((None, "open", "close")),
            "n": st.integers(1, 9),
        }
    ),
    max_size=30,
)


@given(rows=ROWS)
def test_the_sources_add_up_to_the_whole(rows):
    """Events, submits, fills and denials of all sources together are those of the window."""
    found = counts_by_source(rows).values()
    whole = order_counts(rows)
    assert sum(one.events for one in found) == window_events(rows)
    assert sum(one.submitted for one in found) == whole.submitted
    assert sum(one.filled for one in found) == whole.filled
    assert sum(one.denied for one in found) == whole.denied


def test_each_source_has_its_own_counts(make_tally):
    """What one source told is not counted for another; a frame is as good as rows."""
    tally = make_tally(
        {"source": "aurora", "what": "submitted", "n": 3},
        {"source": "aurora", "what": "heartbeat", "n": 7},
        {"source": "rick", "what": "order.denied", "n": 2},
    )
    found = counts_by_source(tally)
    assert (found["aurora"].submitted, found["aurora"].events, found["aurora"].denied) == (3, 7, 0)
    assert (found["rick"].denied, found["rick"].events) == (2, 2)


def test_open_orders_are_counted_where_they_wait():
    """Opening orders by source; closes are not among them."""
    orders = pd.DataFrame(
        {
            "source": pd.Categorical(["aurora", "rick", "aurora", "rick"]),
            "position_effect": pd.Categorical(["open", None, "close", "open"]),
        }
    )
    assert open_orders_by_source(orders) == {"aurora": 1, "rick": 2}
    assert open_orders_by_source(orders.iloc[:0]) == {}
