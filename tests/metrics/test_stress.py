"""What held positions would lose: by hand, by direction, and never where a price is missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.frames import shaped
from metrics.risk_limits import Limit
from metrics.stress import stress
from metrics.stress_scenarios import SCENARIOS, Scenario, loss_of
from tests.metrics.told_account import OWNER, at, equity, positions

NOW = at("2026-02-17T21:46:08")
DAY = equity({"2026-02-17T01:00": 4_000.0, "2026-02-17T21:00": 3_900.0})
LONG = {"symbol": "BTCUSDT", "position_side": "long", "quantity": 0.01, "current_price": 100_000.0}
SHORT = {"symbol": "ETHUSDT", "position_side": "short", "quantity": 0.2, "current_price": 4_000.0}
OWN = {("bot", None): {"emergency_stop": Limit(0.05, limit=0.05)}}


def profile(name: str) -> pd.DataFrame:
    """The frame `strategies` of an account of one profile."""
    return shaped("strategies", [{"strategy_id": "s", "profile": name}], **OWNER)


def found(
    *held: dict[str, Any], by: str | None = "aggressive", day: pd.DataFrame = DAY, **more: Any
) -> pd.DataFrame:
    """The scenarios of an account that holds these."""
    frames = {"positions": positions(*held), "equity": day}
    frames |= {} if by is None else {"strategies": profile(by)}
    frames |= {"prices": more.pop("prices")} if "prices" in more else {}
    return stress(frames, at=NOW, own=OWN, **more).set_index("scenario")


def test_a_crash_by_hand() -> None:
    """A long of 1,000 and a short of 800: −20 % costs 40; 3,860 of 4,000 are 3.5 % below."""
    row = found(LONG, SHORT).loc["flash_crash"]
    assert row["loss"] == pytest.approx(40.0)
    assert row["loss_ratio"] == pytest.approx(40 / 3_900)
    assert row["drawdown_ratio"] == pytest.approx(-0.035)
    assert (row["currency"], row["n"], row["limit_ratio"]) == ("USDT", 2, -0.035)
    assert not row["stop_trips"]


def test_the_limit_is_that_of_the_profile_and_the_stop_has_its_own() -> None:
    """800 short gain in a crash; +120 % costs 960, over each limit, and the stop trips."""
    rows = found(SHORT)
    assert rows.loc["flash_crash", ["loss", "verdict"]].tolist() == [-160.0, "pass"]
    assert rows.loc["pump_and_dump", "loss"] == pytest.approx(960.0)
    assert rows.loc["pump_and_dump", ["verdict", "stop_trips"]].tolist() == ["fail", True]
    small = {**LONG, "quantity": 0.0001}
    assert found(small, by="aggressive").loc["flash_crash", "verdict"] == "pass"
    assert found(small, by="micro").loc["flash_crash", "verdict"] == "fail"


def test_to_get_out_of_a_wide_spread_costs_half_of_it() -> None:
    """Ten times 5 bps on 1,800 of both sides: 4.50 beside the move."""
    rows = found(LONG, SHORT)
    beside = rows.loc["mixed_regime_chaos", "loss"] - rows.loc["flash_crash", "loss"]
    assert beside == pytest.approx(4.5)


def test_a_missing_price_is_unknown_and_no_part_of_the_sum() -> None:
    """One of two has no price: nobody knows, of every scenario that could be told."""
    rows = found(LONG, {**SHORT, "current_price": None})
    told = rows[[scenario.is_implemented for scenario in SCENARIOS.values()]]
    assert set(told["verdict"]) == {"unknown"}
    assert told["loss"].isna().all()
    assert "no price" in str(told["detail"].iloc[0])


def test_what_is_missing_is_said() -> None:
    """No profile, no equity of today, no prices for a volatility: unknown, with the reason."""
    assert "no profile" in str(found(LONG, by=None).loc["flash_crash", "detail"])
    bare = found(LONG, day=equity({"2026-02-10T01:00": 4_000.0})).loc["flash_crash"]
    assert (bare["loss"], bare["verdict"]) == (200.0, "unknown")
    assert "no equity" in str(bare["detail"])
    wild = found(LONG).loc["sol_volatility_explosion"]
    assert (wild["verdict"], pd.isna(wild["loss"])) == ("unknown", True)
    assert "30 daily returns" in str(wild["detail"])


def test_what_no_price_can_tell_is_not_implemented() -> None:
    """An outage or a flood of signals is no pass: eleven of seventeen say so, and why."""
    rows = found(LONG)
    missing = rows[rows["verdict"] == "not_implemented"]
    assert (len(rows), len(missing)) == (17, 11)
    assert {"binance_outage", "federation_v3_sync", "data_corruption"} <= set(missing.index)
    assert missing["detail"].notna().all()
    assert missing["loss"].isna().all()


def test_a_volatility_is_against_each_position() -> None:
    """Prices that go ±2 % in turn: 8 deviations of 2 %, a long and a short alike."""
    days = pd.date_range("2026-01-01", periods=41, tz="UTC")
    bars = []
    for symbol, price in (("BTCUSDT", 100_000.0), ("ETHUSDT", 4_000.0)):
        for number, day in enumerate(days):
            price *= 1.0 if not number else 1.02 if number % 2 else 1 / 1.02
            bars.append({"symbol": symbol, "ts_event": day, "close": price})
    prices = shaped("prices", bars, source="cache")
    row = found(LONG, SHORT, prices=prices).loc["sol_volatility_explosion"]
    returns = pd.Series([0.02, 1 / 1.02 - 1] * 20)
    assert row["loss"] == pytest.approx(8 * float(returns.std()) * 1_800.0)


def test_nothing_held_loses_nothing_and_nothing_told_is_no_row() -> None:
    """An account that says it is flat passes; of one that says nothing there is no row."""
    flat = stress({"equity": DAY, "strategies": profile("low")}, at=NOW, flat=[("bot", "A1")])
    crash = flat.set_index("scenario").loc["flash_crash"]
    assert (crash["loss"], crash["n"], crash["currency"]) == (0.0, 0, "USDT")
    assert crash["verdict"] == "fail"  # the day itself is 2.5 % down, and 1 % is allowed
    assert stress({"equity": DAY}, at=NOW).empty
    assert stress({}).empty


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 50), st.floats(0.01, 1e5)), min_size=1),
    st.floats(-0.9, 2.0),
)
def test_a_move_costs_what_longs_and_shorts_differ_by(
    held: list[tuple[bool, float, float]], move: float
) -> None:
    """For any positions: twice the move costs twice, the opposite move gains the same."""
    signed = pd.DataFrame(
        {"value": [quantity * price * (1 - 2 * short) for short, quantity, price in held]}
    )
    losses = []
    for times in (1.0, 2.0, -1.0):
        loss, why = loss_of(Scenario(move_ratio=times * move, spread_times=0), signed, None)
        assert (loss is None, why) == (False, None)
        losses.append(loss)
    assert losses[0] == pytest.approx(-move * signed["value"].sum())
    assert losses[1:] == [pytest.approx(2 * losses[0]), pytest.approx(-losses[0])]
