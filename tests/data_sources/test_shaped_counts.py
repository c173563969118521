"""Counts in the agreed frames: whole numbers as they are told, or missing; never an exception."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_sources.frames import LARGEST_COUNT, shaped

TOLD = st.one_of(st.integers(), st.floats(), st.none(), st.text(max_size=3))


@settings(max_examples=25)
@given(st.lists(TOLD, max_size=4))
@example([10**19, 1e19, 2**63, -(2**64), float("inf"), float("nan"), 2.5, pd.NA, "7", True])
@example([np.int64(7), np.float64(7.0), np.uint64(7), np.int32(-7)])
def test_what_is_no_count_is_missing(told: list[object]) -> None:
    """Whatever a row says, also 10^19: it is that whole number, or missing, and the others stay."""
    frame = shaped("decisions", [{"decisions_total": each} for each in told])
    found = frame["decisions_total"]
    assert (len(found), str(found.dtype)) == (len(told), "Int64")
    for said, stands in zip(told, found, strict=True):
        is_number = isinstance(said, int | float | np.integer)
        whole = is_number and abs(said) < LARGEST_COUNT and said == int(said)
        assert stands == int(said) if whole else pd.isna(stands)
