"""What was kept of polled sources is there again at once, and held once where it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from data_sources.frames import shaped
from desk.kept_state import KeptState, unzipped, zipped
from desk.states import FRAMES_HELD, StateJournal, _news, packed, unpacked
from desk.zipped_frames import ZippedFrames

SECOND = 10**9


def state(*prices: float) -> dict[str, pd.DataFrame]:
    """A service's answer: many orders that stay, one position whose price moves."""
    orders = [{"client_order_id": f"o{number}", "status": "accepted"} for number in range(50)]
    held = [{"symbol": "BTC", "quantity": 1.0, "current_price": price} for price in prices]
    return {"orders": shaped("orders", orders), "positions": shaped("positions", held)}


def test_what_did_not_change_is_held_once() -> None:
    """Hundreds of states of a moving price hold the orders that lay still twice: as the frame of
    the newest states, and zipped for all before.
    """
    journal = StateJournal()
    for second in range(300):
        assert journal.take(state(100.0 + second), second * SECOND)
    held = [journal.at(second * SECOND) for second in range(300)]
    assert len({id(frames["orders"]) for frames in held[-FRAMES_HELD:]}) == 1
    parts = [each.parts["orders"] for _, each in journal._told if isinstance(each, ZippedFrames)]
    assert len(parts) == 300 - FRAMES_HELD
    assert len({id(part) for part in parts}) == 1
    assert [frames["positions"]["current_price"].item() for frames in held] == [
        100.0 + second for second in range(300)
    ]
    assert not journal.take(state(399.0), 300 * SECOND), "the same again is no news"


def test_what_was_told_a_while_ago_is_held_zipped_and_is_the_same() -> None:
    """Of 300 states 20 are frames; every moment has every cell and dtype that was told then."""
    journal, told = StateJournal(), [state(*range(second % 7)) for second in range(300)]
    for second, frames in enumerate(told):
        # Columns beyond the agreed ones, of whatever type, are no less exact.
        frames["positions"]["since"] = pd.Timestamp(second, unit="s", tz="UTC")
        frames["positions"]["detail"] = pd.Series([{"n": second}] * (second % 7), dtype=object)
        journal.take(frames, second * SECOND)
    held = [each for _, each in journal._told if not isinstance(each, ZippedFrames)]
    assert len(held) == FRAMES_HELD
    for second, frames in enumerate(told):
        for name, frame in frames.items():
            pd.testing.assert_frame_equal(journal.at(second * SECOND)[name], frame)


@pytest.mark.parametrize("most", [30, 500, 3_000])
def test_what_is_held_is_counted(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is zipped and let go, the count is that of the parts that are held, and bounded."""
    monkeypatch.setattr("desk.states.ROWS_KEPT", most)
    journal = StateJournal()
    for second in range(150):
        frames = state(*range(second % 5))
        if second % 40 == 39:
            frames["orders"] = frames["orders"].iloc[: second % 11]
        journal.take(frames, second * SECOND)
        assert journal._rows == sum(
            _news(before, after) for (_, before), (_, after) in pairwise([(0, {}), *journal._told])
        )
        assert journal._rows <= most or len(journal._told) == 1
    assert journal.at(149 * SECOND)["positions"]["current_price"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_kept_state_is_not_looked_into_before_somebody_asks() -> None:
    """A restart unpacks the newest state alone; an older one when its moment is looked at."""
    unpackings: list[int] = []

    def unpack(rows: Mapping[str, list[dict[str, Any]]]) -> Mapping[str, pd.DataFrame]:
        unpackings.append(1)
        return unpacked(rows)

    kept = [zipped({"frames": packed(state(float(second)))}) for second in range(200)]
    journal = StateJournal()
    for second, each in enumerate(kept):
        journal.restore(KeptState(each, unpack), second * SECOND)
    journal.restored()
    assert len(unpackings) == 1
    assert journal.newest["positions"]["current_price"].tolist() == [199.0]
    assert journal.at(7 * SECOND)["positions"]["current_price"].tolist() == [7.0]
    assert len(unpackings) == 2
    assert not journal.take(state(199.0), 200 * SECOND), "it was said before the restart"
    assert journal.take(state(200.0), 201 * SECOND)
    assert journal.at(199 * SECOND)["positions"]["current_price"].tolist() == [199.0]


def test_a_kept_state_is_what_was_told() -> None:
    """Zipped and read back, every cell is as it was; names that are none are refused."""
    told = state(1.5, 2.5)
    again = KeptState(zipped({"frames": packed(told)}), unpacked)
    for name, frame in told.items():
        pd.testing.assert_frame_equal(again[name], frame)
    assert sorted(again) == ["orders", "positions"]
    assert "prices" not in again
    assert unzipped(again.kept)["frames"]["positions"] == again.told("positions")
    assert again.told("prices") == []
