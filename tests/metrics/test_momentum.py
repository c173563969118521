"""Momentum is compared at one date, and says what it cannot compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import ParquetSource
from metrics.momentum import momentum
from tests.examples import examples


def prices(**closes: list[float]) -> pd.DataFrame:
    """Daily bars of each symbol that end on the same day, 2025-11-18."""
    parts = []
    for symbol, values in closes.items():
        days = pd.bdate_range(end="2025-11-18", periods=len(values), tz="UTC")
        parts.append(pd.DataFrame({"symbol": symbol, "ts_event": days, "close": values}))
    return pd.concat(parts, ignore_index=True)


def ranks(found: pd.DataFrame) -> dict[str, int | None]:
    return {
        row.symbol: None if pd.isna(row.rank_) else int(row.rank_)
        for row in found.rename(columns={"rank": "rank_"}).itertuples()
    }


@pytest.fixture(scope="module")
def reference(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, dict[str, Any]]:
    folder: Path = request.getfixturevalue("realdata") / "stock_trader"
    known = json.loads((folder / "reference_momentum.json").read_text())["parquet_local_data"]
    return ParquetSource(folder / "parquet_local_data").read().frame, known


def test_the_reference_aligned(reference: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    """All 12 symbols of the universe: momentum to the last bit, rank, and 2025-11-17 for all."""
    frame, known = reference
    wanted = {each["symbol"]: each for each in known["symbols"] if "rank_aligned" in each}
    assert len(wanted) == 12
    found = momentum(frame, universe=tuple(wanted)).set_index("symbol")
    assert {str(day.date()) for day in found["as_of"]} == {known["aligned_as_of"]}
    for symbol, each in wanted.items():
        assert found.loc[symbol, "momentum_ratio"] == pytest.approx(
            each["momentum_aligned"], rel=1e-15
        )
        assert found.loc[symbol, "rank"] == each["rank_aligned"]
    assert found.index[found["rank"] == 3].tolist() == ["XLU"]


def test_the_reference_positional(reference: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    """Each symbol alone gives its positional momentum; ranked so, the third would be XLC."""
    frame, known = reference
    found = {
        each["symbol"]: momentum(frame, universe=(each["symbol"],))["momentum_ratio"][0]
        for each in known["symbols"]
    }
    for each in known["symbols"]:
        assert found[each["symbol"]] == pytest.approx(each["momentum_positional"], rel=1e-15)
    sectors = [each["symbol"] for each in known["symbols"] if "rank_aligned" in each]
    assert sorted(sectors, key=lambda symbol: -found[symbol])[2] == "XLC"


def test_a_symbol_that_stopped_is_listed_with_its_own_date() -> None:
    """Six sessions behind: unranked, dated by its own bar, and it holds nobody back."""
    frame = prices(A=[100.0] * 126 + [110.0], B=[100.0] * 126 + [120.0], OLD=[1.0] * 200)
    cut = frame[~((frame["symbol"] == "OLD") & (frame["ts_event"] > "2025-11-10"))]
    found = momentum(cut)
    assert ranks(found) == {"B": 1, "A": 2, "OLD": None}
    old = found.set_index("symbol").loc["OLD"]
    assert old["as_of"] == pd.Timestamp("2025-11-10", tz="UTC")
    assert np.isnan(old["momentum_ratio"])


def test_five_sessions_behind_is_not_stale_and_all_are_ranked_there() -> None:
    """With one symbol at 11 November the others are ranked at 11 November too."""
    rising = [float(n) for n in range(100, 300)]
    frame = prices(A=rising, B=rising[::-1], LATE=rising)
    cut = frame[~((frame["symbol"] == "LATE") & (frame["ts_event"] > "2025-11-11"))]
    found = momentum(cut)
    assert set(found["as_of"]) == {pd.Timestamp("2025-11-11", tz="UTC")}
    assert ranks(found) == {"A": 1, "LATE": 1, "B": 3}


def test_too_few_bars_are_missing_and_not_zero() -> None:
    """126 bars have no momentum, 127 have; the short one does not hold the others back."""
    found = momentum(prices(SHORT=[100.0] * 126, LONG=[100.0] * 126 + [90.0]))
    assert ranks(found) == {"LONG": 1, "SHORT": None}
    assert found["momentum_ratio"].tolist()[0] == pytest.approx(-0.1)
    assert np.isnan(found["momentum_ratio"].tolist()[1])


def test_the_universe_and_what_is_held_come_from_the_desk() -> None:
    """Models name the universe, positions what is held; a symbol without a file is still listed."""
    states = {
        "prices": prices(XLK=[100.0] * 126 + [110.0], SPY=[100.0] * 127, TLT=[100.0] * 127),
        "models": pd.DataFrame({"universe": ["XLK, TLT", "TLT,XLRE"]}),
        "positions": pd.DataFrame({"symbol": ["TLT", "XLK"], "quantity": [447.0, 0.0]}),
    }
    found = momentum(states)
    assert ranks(found) == {"XLK": 1, "TLT": 2, "XLRE": None}
    assert found["held"].tolist() == [False, True, False]
    assert pd.isna(found["as_of"].iloc[-1])
    assert momentum(states["prices"])["held"].isna().all()


def test_the_columns_are_those_of_the_frame() -> None:
    """Empty or not, the dtypes are the agreed ones."""
    dtypes = {"symbol": "str", "momentum_ratio": "float64", "rank": "Int64",
              "as_of": "datetime64[ns, UTC]", "held": "boolean"}  # fmt: skip
    for found in (momentum(pd.DataFrame()), momentum({}), momentum(prices(A=[1.0] * 130))):
        assert {name: str(dtype) for name, dtype in found.dtypes.items()} == dtypes


closes = st.lists(st.floats(0.5, 1e4), min_size=1, max_size=12)


@examples(20)
@given(st.dictionaries(st.sampled_from("ABCDEF"), closes, min_size=1), st.randoms())
def test_it_agrees_with_a_plain_recount_in_any_order(
    series: dict[str, list[float]], random: Any
) -> None:
    """For any bars that end on one day, in any order: ratios and ranks as by hand."""
    frame = prices(**series)
    order = list(range(len(frame)))
    random.shuffle(order)
    found = momentum(frame.iloc[order], lookback_bars=3).set_index("symbol")
    expected = {s: v[-1] / v[-4] - 1 for s, v in series.items() if len(v) > 3}
    for symbol, values in series.items():
        if symbol not in expected:
            assert np.isnan(found.loc[symbol, "momentum_ratio"]), values
            continue
        assert found.loc[symbol, "momentum_ratio"] == pytest.approx(expected[symbol], rel=1e-12)
        better = sum(other > expected[symbol] for other in expected.values())
        assert found.loc[symbol, "rank"] == better + 1


def test_a_hole_in_one_symbol_moves_the_date_back_for_all() -> None:
    """Without its bar of the last day a symbol that has one of the day before sets the date."""
    frame = prices(A=[100.0] * 130, B=[100.0] * 130)
    hole = (frame["symbol"] == "A") & (frame["ts_event"] == pd.Timestamp("2025-11-17", tz="UTC"))
    gone = (frame["symbol"] == "B") & (frame["ts_event"] == pd.Timestamp("2025-11-18", tz="UTC"))
    found = momentum(frame[~hole & ~gone])
    assert set(found["as_of"]) == {pd.Timestamp("2025-11-14", tz="UTC")}


def test_two_sources_of_a_symbol_are_not_mixed() -> None:
    """The source with the newest bar counts alone; the other's prices do not."""
    cache = prices(XLK=[50.0] * 130 + [55.0]).assign(source="cache")
    broker = prices(XLK=[100.0] * 130 + [120.0]).assign(source="broker")
    late = cache[cache["ts_event"] < "2025-11-18"]
    for frame in (pd.concat([late, broker]), pd.concat([broker, late])):
        assert momentum(frame)["momentum_ratio"].tolist() == [pytest.approx(0.2)]
