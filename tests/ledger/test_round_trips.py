"""Round trips are paired by quantity, oldest first, and nothing is paired twice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.round_trips import COLUMNS, first_buy_pairs, round_trips


def executions(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    names = ("ts_event", "symbol", "side", "quantity", "price")
    frame = pd.DataFrame(list(rows), columns=list(names))
    return frame.assign(ts_event=pd.to_datetime(frame["ts_event"], utc=True), source="bot")


CASE = executions(
    ("2025-11-03T15:00Z", "XLK", "buy", 100, 100),
    ("2025-11-04T10:00Z", "XLF", "buy", 10, 50),
    ("2025-11-04T15:00Z", "XLF", "sell", 10, 50),
    ("2025-11-05T15:00Z", "XLK", "sell", 50, 110),
    ("2025-11-06T15:00Z", "TLT", "sell", 10, 50),
    ("2025-11-10T15:00Z", "XLK", "buy", 100, 120),
    ("2025-11-12T14:00Z", "XLK", "sell", 150, 90),
)


def test_the_reference_case() -> None:
    """XLK +10 % (50), −10 % (50), −25 % (100), XLF 0 %, and TLT is an orphan of 10."""
    found = round_trips(CASE)
    xlk = found.trades[found.trades["symbol"] == "XLK"]
    assert xlk["quantity"].tolist() == [50, 50, 100]
    assert xlk["pnl"].tolist() == [500, -500, -3000]
    assert xlk["pnl_ratio"].tolist() == pytest.approx([0.10, -0.10, -0.25])
    assert found.trades.loc[found.trades["symbol"] == "XLF", "pnl"].tolist() == [0.0]
    assert found.orphans[["symbol", "quantity"]].values.tolist() == [["TLT", 10]]
    assert found.open.empty
    assert {name: str(dtype) for name, dtype in found.trades.dtypes.items()} == COLUMNS


def test_the_old_pairing_for_comparison() -> None:
    """Theirs: three closed, one win, mean hold 3.33 whole days, best +10 %, worst −10 %."""
    found = first_buy_pairs(CASE)
    assert len(found) == 3
    assert sorted(round(ratio, 6) for ratio in found["pnl_ratio"]) == [-0.1, 0.0, 0.1]
    assert (found["ts_closed"] - found["ts_opened"]).dt.days.mean() == pytest.approx(10 / 3)


def test_what_is_sold_to_open_is_closed_by_buying() -> None:
    """Where the bot says what opens and closes: a short of 5 from 10 to 8 makes +10, +20 %."""
    frame = executions(
        ("2025-11-03T15:00Z", "BTC", "sell", 5, 10),
        ("2025-11-03T16:00Z", "BTC", "buy", 1, 9),
        ("2025-11-04T15:00Z", "BTC", "buy", 5, 8),
        ("2025-11-05T15:00Z", "BTC", "sell", 2, 12),
    ).assign(position_effect=["open", "open", "close", "close"])
    found = round_trips(frame)
    columns = ["position_side", "quantity", "entry_price", "exit_price", "pnl"]
    assert found.trades[columns].values.tolist() == [
        ["short", 5.0, 10.0, 8.0, 10.0],
        ["long", 1.0, 9.0, 12.0, 3.0],
    ]
    assert found.trades["pnl_ratio"].tolist() == pytest.approx([0.2, 1 / 3])
    assert found.orphans["quantity"].tolist() == [1.0]
    assert found.open.empty


def test_accounts_are_separate_books() -> None:
    """What one account bought another cannot sell."""
    frame = CASE.assign(account_id=["A", "A", "B", "A", "A", "A", "A"])
    found = round_trips(frame)
    assert set(found.orphans["symbol"]) == {"XLF", "TLT"}
    assert found.open["symbol"].tolist() == ["XLF"]


def test_nothing_to_pair() -> None:
    """No rows, or rows without a price or side, give empty frames with their columns."""
    for frame in (CASE[:0], pd.DataFrame(), CASE.assign(price=float("nan")), CASE.assign(side="?")):
        found = round_trips(frame)
        assert found.trades.empty
        assert list(found.trades.columns) == list(COLUMNS)


row = st.tuples(
    st.sampled_from("AB"), st.sampled_from(["buy", "sell"]), st.integers(1, 9), st.integers(1, 50)
)


@given(st.lists(row, max_size=30), st.randoms())
def test_no_share_is_lost_or_sold_twice(rows: list[Any], random: Any) -> None:
    """Bought = closed + open and sold = closed + orphaned; order of the rows does not matter."""
    start = pd.Timestamp("2025-11-03T15:00Z")
    frame = executions(
        *((start + pd.Timedelta(hours=n), *each) for n, each in enumerate(rows))  # type: ignore[arg-type]
    )
    found = round_trips(frame)
    for symbol in "AB":
        own = frame[frame["symbol"] == symbol]
        total = {side: own.loc[own["side"] == side, "quantity"].sum() for side in ("buy", "sell")}
        of = [part.loc[part["symbol"] == symbol, "quantity"].sum()
              for part in (found.trades, found.open, found.orphans)]  # fmt: skip
        assert total["buy"] == of[0] + of[1]
        assert total["sell"] == of[0] + of[2]
    assert (found.trades["ts_opened"] < found.trades["ts_closed"]).all()
    shuffled = list(range(len(frame)))
    random.shuffle(shuffled)
    again = round_trips(frame.iloc[shuffled])
    pd.testing.assert_frame_equal(again.trades, found.trades)
