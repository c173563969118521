"""What of a long table decides about momentum is cut out first, and nothing is lost by that."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from metrics import momentum as module
from metrics.momentum import momentum
from metrics.newest_rows import newest_rows
from metrics.runs import runs_of
from tests.examples import examples

DAYS = pd.bdate_range(end="2025-11-18", periods=400, tz="UTC")


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Long series with holes, bad closes, several bars a day, and symbols that ended early."""
    parts = []
    for number in range(draw(st.integers(1, 4))):
        seed = draw(st.integers(0, 2**16))
        rng = np.random.default_rng(seed)
        ended = draw(st.sampled_from([0, 0, 1, 4, 5, 6, 30, 250]))
        days = DAYS[: len(DAYS) - ended]
        days = days[rng.random(len(days)) >= draw(st.sampled_from([0.0, 0.02, 0.5]))]
        days = days.repeat(draw(st.sampled_from([1, 1, 6])))
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, len(days))))
        bad = rng.random(len(days)) < draw(st.sampled_from([0.0, 0.01, 0.6]))
        close = np.where(bad, rng.choice([np.nan, 0.0, -1.0], len(days)), close)
        parts.append(pd.DataFrame({"symbol": f"S{number}", "ts_event": days, "close": close}))
    whole = pd.concat(parts, ignore_index=True)
    if draw(st.booleans()):
        whole["symbol"] = whole["symbol"].astype("category")
    if draw(st.sampled_from([False, False, True])):
        whole = whole.sample(frac=1.0, random_state=1).reset_index(drop=True)
    return whole


@examples(20)
@given(tables(), st.sampled_from([1, 20, 126]), st.sampled_from([None, ["S0", "S1", "NONE"]]))
def test_the_newest_bars_decide(
    prices: pd.DataFrame, lookback: int, universe: list[str] | None
) -> None:
    """Ratios, ranks and dates are those of the whole table, whatever was cut off."""
    found = momentum(prices, lookback_bars=lookback, universe=universe)
    with patch.object(module, "newest_rows", return_value=None):
        whole = momentum(prices, lookback_bars=lookback, universe=universe)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_only_the_newest_rows_are_looked_at() -> None:
    """Of 400 bars of each symbol 190 are taken, and both symbols are named as cut."""
    rows = [pd.DataFrame({"symbol": s, "ts_event": DAYS, "close": 1.0}) for s in ("A", "B")]
    found = newest_rows(pd.concat(rows, ignore_index=True), 190)
    assert found is not None
    assert found[0].groupby("symbol").size().to_dict() == {"A": 190, "B": 190}
    assert (found[0]["ts_event"].min(), found[1]) == (DAYS[-190], {"A", "B"})


@given(st.lists(st.sampled_from(["a", "b", None]), max_size=30), st.sampled_from(["str", "object"]))
def test_runs_put_together_are_the_column(words: list[str | None], dtype: str) -> None:
    """Each value repeated as long as its run is the column; neighbors differ."""
    column = pd.Series(words, dtype=dtype)
    values, starts = runs_of(column)
    lengths = np.diff(starts, append=len(words)).tolist()
    again = [value for value, n in zip(values, lengths, strict=True) for _ in range(n)]
    assert again == [None if word is None else word for word in words]
    assert all(one != other for one, other in pairwise(values))
