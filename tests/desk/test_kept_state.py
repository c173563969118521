"""What was kept of polled sources is there again at once, and held once where it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data_sources.frames import shaped
from desk.kept_state import KeptState, unzipped, zipped
from desk.states import StateJournal, packed, unpacked

SECOND = 10**9


def state(*prices: float) -> dict[str, pd.DataFrame]:
    """A service's answer: many orders that stay, one position whose price moves."""
    orders = [{"client_order_id": f"o{number}", "status": "accepted"} for number in range(50)]
    held = [{"symbol": "BTC", "quantity": 1.0, "current_price": price} for price in prices]
    return {"orders": shaped("orders", orders), "positions": shaped("positions", held)}


def test_what_did_not_change_is_held_once() -> None:
    """Hundreds of states of a moving price hold one frame of the orders that lay still."""
    journal = StateJournal()
    for second in range(300):
        assert journal.take(state(100.0 + second), second * SECOND)
    held = [journal.at(second * SECOND) for second in range(300)]
    assert len({id(frames["orders"]) for frames in held}) == 1
    assert [frames["positions"]["current_price"].item() for frames in held] == [
        100.0 + second for second in range(300)
    ]
    assert not journal.take(state(399.0), 300 * SECOND), "the same again is no news"


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
