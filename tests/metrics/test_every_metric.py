"""What every metric keeps: it survives nothing and strangeness, and leaves its input alone."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest

import metrics
from data_sources.columns import (
    CATEGORY_COLUMNS,
    EVENT_COLUMNS,
    KINDS,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    TIME_COLUMNS,
)
from ledger import Ledger

OPTIONS: dict[str, dict[str, Any]] = {
    "latency_percentiles": {"stage": "order_ack"},
    "latency_bands": {"stage": "first_fill"},
    "latency_heat_map": {"stage": "decision"},
    "latency_by": {"stage": "order_ack", "by": "route"},
}


def random_events(seed: int, n: int) -> pd.DataFrame:
    """Make events of every kind in a random order, with many things missing."""
    rng = np.random.default_rng(seed)
    words = ["open", "close", "half_open", "closed", "maker", "taker", "WHY_X", "OK_Y", None]
    columns: dict[str, Any] = {
        name: rng.choice(np.array([*words, f"{name}-a"], dtype=object), n)
        for name in (*CATEGORY_COLUMNS, *TEXT_COLUMNS)
    }
    columns |= {name: rng.choice([np.nan, 0.0, -1.5, 2e9, 1e300], n) for name in NUMBER_COLUMNS}
    columns["kind"] = rng.choice(sorted(KINDS), n)
    columns["source"], columns["raw_generation"] = "bot", "f#0"
    columns["client_order_id"] = rng.choice(np.array([None, "a", "b", "c"], dtype=object), n)
    columns["position_effect"] = rng.choice(np.array([None, "open", "close"], dtype=object), n)
    seconds = rng.uniform(0, 600, n)
    stamps = pd.Timestamp("2025-09-01T20:00:00Z") + pd.to_timedelta(seconds, unit="s")
    columns["ts_event"] = np.where(rng.random(n) < 0.05, np.datetime64("NaT"), stamps)
    columns["raw_offset"] = np.arange(n)
    frame = pd.DataFrame(columns, columns=list(EVENT_COLUMNS))
    for name in TIME_COLUMNS:
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[ns, UTC]")
    for name in CATEGORY_COLUMNS:
        frame[name] = frame[name].astype("str").astype("category")
    frame = frame.astype(dict.fromkeys(NUMBER_COLUMNS, "float64"))
    return frame.astype(dict.fromkeys(TEXT_COLUMNS, "str") | {"raw_offset": "int64"})


def inputs_of(view: Any, metric: Any) -> list[Any]:
    found = [getattr(view, name) for name in metric.needs]
    return [
        value() if name == "tally_by_minute" else value
        for name, value in zip(metric.needs, found, strict=True)
    ]


def frozen(values: list[Any]) -> list[Any]:
    return [
        value.copy(deep=True) if isinstance(value, pd.DataFrame) else copy.copy(value)
        for value in values
    ]


@pytest.mark.parametrize("name", sorted(metrics.REGISTRY))
@pytest.mark.parametrize("window", [None, 300.0], ids=["all", "5 min"])
@pytest.mark.parametrize("n", [0, 1, 400], ids=["no events", "one event", "many events"])
def test_it_survives_any_desk_and_changes_nothing(name, window, n):
    """Each metric answers for an empty desk and a wild one, and its input stays as it was."""
    one = metrics.REGISTRY[name]
    ledger = Ledger()
    ledger.fold(random_events(n, n))
    view = ledger.view(window_seconds=window)
    given = inputs_of(view, one)
    kept = frozen(given)
    first = one(*given, **OPTIONS.get(name, {}))
    for before, after in zip(kept, given, strict=True):
        if isinstance(before, pd.DataFrame):
            pd.testing.assert_frame_equal(before, after)
    again = one(*given, **OPTIONS.get(name, {}))
    assert repr(first) == repr(again)


@pytest.mark.parametrize("name", sorted(metrics.REGISTRY))
def test_it_survives_frames_without_columns(name):
    """A frame that has no columns at all is an empty frame, not an error."""
    one = metrics.REGISTRY[name]
    view = Ledger().view(window_seconds=None)
    bare = [
        pd.DataFrame() if isinstance(value, pd.DataFrame) else value
        for value in inputs_of(view, one)
    ]
    one(*bare, **OPTIONS.get(name, {}))
