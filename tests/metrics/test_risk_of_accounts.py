"""Drawdown by period and profile, exposure, and the worst of the limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.exposure import exposure
from metrics.period_drawdown import period_drawdowns
from metrics.profile_drawdown import profile_drawdowns
from metrics.risk_limits import Limit, risk_limits
from tests.metrics.told_account import allowed, at, equity, positions

NOW = at("2026-02-17T21:46:00")
QUANTUM = allowed("quantum_trader")
FALLEN = equity(
    {
        "2026-01-01T00:00": 200.0,
        "2026-02-12T00:00": 110.0,
        "2026-02-16T23:00": 100.0,
        "2026-02-17T12:00": 98.0,
        "2026-02-17T20:00": 99.0,
    }
)


def held(symbol: str, side: str, quantity: float, price: float | None, venue: str) -> Any:
    return {
        "symbol": symbol,
        "position_side": side,
        "quantity": quantity,
        "current_price": price,
        "venue": venue,
    }


def test_each_period_has_its_own_peak() -> None:
    """The day's is of midnight, the week's of Thursday, the first of January's is the highest."""
    found = period_drawdowns({"equity": FALLEN}, at=NOW).set_index("period")
    assert found["equity_peak"].to_dict() == {"day": 100, "week": 110, "month": 110, "all": 200}
    assert found["drawdown_ratio"].tolist() == pytest.approx([-0.01, -0.1, -0.1, -0.505])
    assert found["worst_drawdown_ratio"]["day"] == pytest.approx(-0.02)
    assert found["n"].to_dict() == {"day": 2, "week": 4, "month": 4, "all": 5}


def test_a_day_without_a_point_has_no_drawdown() -> None:
    """Missing: nobody told what was held today."""
    found = period_drawdowns({"equity": FALLEN}, at=at("2026-02-19")).set_index("period")
    assert pd.isna(found["drawdown_ratio"]["day"])
    assert found["drawdown_ratio"]["all"] == pytest.approx(-0.505)


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=30))
def test_a_longer_period_is_never_less_deep(values: list[float]) -> None:
    """For any series in one day: −1 ≤ worst ≤ now ≤ 0, and all ≤ month ≤ week."""
    stamps = pd.date_range("2026-02-17T01:00", periods=len(values), freq="min")
    points = {str(stamp): value for stamp, value in zip(stamps, values, strict=True)}
    found = period_drawdowns({"equity": equity(points)}, at=NOW).set_index("period")
    assert (found["worst_drawdown_ratio"] <= found["drawdown_ratio"]).all()
    assert found["drawdown_ratio"].between(-1, 0).all()
    now = found["drawdown_ratio"]
    assert now["all"] <= now["month"] <= now["week"] <= now["day"]


def test_a_profile_has_its_own_limit() -> None:
    """−1 % on the day is twice what micro may lose and half of what normal may."""
    rows = {
        profile: profile_drawdowns({"equity": FALLEN}, at=NOW, profiles={"A1": profile}).iloc[0]
        for profile in ("micro", "normal", "agg")
    }
    assert rows["micro"]["used_ratio"] == pytest.approx(2.0)
    assert rows["normal"]["used_ratio"] == pytest.approx(0.5)
    assert rows["agg"]["profile"] == "aggressive"
    assert [bool(row["breached"]) for row in rows.values()] == [True, False, False]


@pytest.mark.parametrize(
    ("words", "profiles"),
    [
        ([None], ["micro"]),
        (["micro", "low"], []),
        (["low", "low"], ["low"]),
        (["agg"], ["aggressive"]),
    ],
)
@pytest.mark.parametrize("account", ["A1", None])
def test_the_profile_is_the_one_that_the_strategies_name(
    words: list[str | None], profiles: list[str], account: str | None
) -> None:
    """Micro where they name none; no profile where they name two; an account may have no name."""
    told = pd.DataFrame({"source": "bot", "account_id": account, "profile": words})
    points = FALLEN.assign(account_id=pd.Series(account, FALLEN.index, "str"))
    found = profile_drawdowns({"equity": points, "strategies": told}, at=NOW)
    assert found["profile"].tolist() == [name for name in profiles for _ in range(2)]
    assert found["period"].tolist() == [name for _ in profiles for name in ("day", "week")]


def test_a_system_without_profiles_has_no_limit_by_them() -> None:
    """Nobody tells strategies, another source does, or they stand in tiers: no row."""
    other = pd.DataFrame({"source": "other", "account_id": None, "profile": ["micro"]})
    tiers = pd.DataFrame({"source": "bot", "account_id": "A1", "profile": [None], "tier": ["core"]})
    for frames in ({}, {"strategies": other}, {"strategies": tiers}):
        assert profile_drawdowns({"equity": FALLEN, **frames}, at=NOW).empty


MICRO = {"daily_drawdown": Limit(0.05, default_profile="micro")}


@pytest.mark.parametrize(
    ("own", "told", "profiles"),
    [
        ({("bot", None): MICRO}, [], {"micro"}),
        ({(None, "A1"): MICRO}, [], {"micro"}),
        ({("other", None): MICRO, (None, "A2"): MICRO}, [], set()),
        ({("bot", None): {"daily_drawdown": Limit(0.05)}}, [], set()),
        ({("bot", None): MICRO}, ["normal"], {"normal"}),
        ({("bot", None): MICRO}, ["normal", "low"], set()),
    ],
    ids=["of its source", "of its account", "of others", "no profiles", "named", "named twice"],
)
def test_an_account_without_strategies_has_its_systems_profile(
    own: Any, told: list[str], profiles: set[str]
) -> None:
    """Quantum Trader's default is micro; what strategies name goes before it, also if it is two."""
    strategies = pd.DataFrame({"source": "other", "account_id": "A1", "profile": told})
    states = {"equity": FALLEN, "strategies": strategies}
    assert set(profile_drawdowns(states, at=NOW, own=own)["profile"]) == profiles


def test_a_position_without_a_venue_is_at_its_source() -> None:
    """Quantum Trader's services name no exchange: it is known where all is, and so is the worst."""
    frame = positions(held("X", "long", 2.0, 10.0, ""), held("Y", "long", 3.0, 5.0, "okx"))
    frame = frame.assign(venue=frame["venue"].replace("", None))
    found = exposure({"positions": frame}).set_index("venue")["exposure_gross"]
    assert found.to_dict() == {"bot": 20.0, "okx": 15.0}
    row = risk_limits({"positions": frame}, limits=QUANTUM).set_index("name")
    assert (row["value_ratio"]["venue_concentration"], row["detail"]["venue_concentration"]) == (
        pytest.approx(20 / 35),
        "bot",
    )


def test_long_and_short_are_told_apart_by_venue() -> None:
    """Short is below zero, net is the sum, gross both sizes; the sign of a quantity is no side."""
    frame = positions(
        held("X", "LONG", 2.0, 10.0, "binance"),
        held("Y", "short", -3.0, 5.0, "binance"),
        held("Z", "BUY", 1.0, 7.0, "okx"),
        held("GONE", "long", 0.0, None, "okx"),
    )
    told = {"positions": frame, "equity": equity({"2026-02-17": 10.0})}
    found = exposure(told).set_index("venue")
    columns = ["exposure_long", "exposure_short", "exposure_net", "exposure_gross"]
    assert found.loc["binance", columns].tolist() == [20.0, -15.0, 5.0, 35.0]
    assert found.loc["okx", columns].tolist() == [7.0, 0.0, 7.0, 7.0]
    assert found["leverage_ratio"].tolist() == [3.5, 0.7]
    assert found["n"].tolist() == [2, 1]


def test_a_position_without_a_price_leaves_no_sum() -> None:
    """A part of the exposure would look like the whole."""
    frame = positions(held("X", "long", 2.0, 10.0, "v"), held("Y", "long", 1.0, None, "v"))
    row = exposure({"positions": frame}).iloc[0]
    assert pd.isna(row["exposure_gross"])
    assert (row["n"], row["unpriced_total"]) == (2, 1)


def test_the_real_snapshots(realdata: Path) -> None:
    """The two captured shorts at their mark prices: 912.78 + 100.69 USDT."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    rows = [
        line["fields"]
        for line in map(json.loads, file.read_text().splitlines())
        if line["stream"] == "quantum:stream:position.snapshot"
    ]
    frame = positions(
        *(
            held(
                row["symbol"],
                row["side"],
                float(row["position_qty"]),
                float(row["mark_price"]),
                "binance",
            )
            for row in rows
        )
    )
    found = exposure({"positions": frame}).iloc[0]
    gross = 946857.0 * 0.0009640075053 + 206748.0 * 0.0004870077137
    assert found["exposure_gross"] == pytest.approx(gross)
    assert found["exposure_net"] == pytest.approx(-gross)
    assert found["exposure_long"] == 0


@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 1e6), st.floats(0.1, 1e6)), min_size=1))
def test_net_and_gross_follow_from_long_and_short(
    sizes: list[tuple[bool, float, float]],
) -> None:
    """For any positions: net = long + short, gross = long − short ≥ |net|."""
    frame = positions(
        *(
            held(f"S{n}", "long" if is_long else "short", quantity, price, "v")
            for n, (is_long, quantity, price) in enumerate(sizes)
        )
    )
    row = exposure({"positions": frame}).iloc[0]
    assert row["exposure_net"] == pytest.approx(row["exposure_long"] + row["exposure_short"])
    assert row["exposure_gross"] == pytest.approx(row["exposure_long"] - row["exposure_short"])
    assert row["exposure_gross"] >= abs(row["exposure_net"]) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("quantity", "states"),
    [
        (40.0, {"leverage": "ok", "worst": "warning"}),  # 400 / 99, but all of it in one symbol
        (52.0, {"leverage": "warning", "worst": "warning"}),
        (60.0, {"leverage": "critical", "worst": "critical"}),
    ],
)
def test_the_worst_limit_is_the_state(quantity: float, states: dict[str, str]) -> None:
    """Leverage is above 5 a warning and above 6 critical; concentration has a warning alone."""
    frame = positions(held("X", "long", quantity, 10.0, "v"))
    found = risk_limits({"positions": frame, "equity": FALLEN}, at=NOW, limits=QUANTUM)
    found = found.set_index("name")
    assert {name: found["state"][name] for name in states} == states
    assert found["value_ratio"]["symbol_concentration"] == 1.0
    assert found["detail"]["symbol_concentration"] == "X"
    assert found["value_ratio"]["daily_drawdown"] == pytest.approx(0.01)


def test_what_is_not_measured_is_never_ok() -> None:
    """An account of which only equity is told: its drawdown is ok, its state is unknown."""
    found = risk_limits({"equity": FALLEN}, at=NOW, limits=QUANTUM).set_index("name")["state"]
    assert (found["daily_drawdown"], found["leverage"], found["worst"]) == (
        "ok",
        "unknown",
        "unknown",
    )
