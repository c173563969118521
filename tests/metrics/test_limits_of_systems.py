"""An account is held against the rules of its own system: Stock-Trader's, from its real numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.limit_rules import NAMES
from data_sources.errors import DialectError
from data_sources.frames import shaped
from metrics.risk_limits import UNLIMITED, Limit, risk_limits
from tests.examples import examples
from tests.metrics.told_account import allowed, at, equity, positions

RULES = load_dialect("stock_trader").limits
OWN = {(None, "A1"): allowed("stock_trader")}
NOW = at("2025-11-18T16:00:00")
NAV = 100_000.0


def measured(
    points: dict[str, float] | None, *held: tuple[str, float, float | None]
) -> pd.DataFrame:
    rows = [
        {"symbol": name, "position_side": "long", "quantity": quantity, "current_price": price}
        for name, quantity, price in held
    ]
    frames = {"positions": positions(*rows)}
    if points is not None:
        frames["equity"] = equity(points)
    return risk_limits(frames, at=NOW, own=OWN).set_index("name")


def flat(nav: float) -> dict[str, float]:
    return {"2025-11-18T15:00": nav}


def test_the_rules_are_the_systems_own(realdata: Path) -> None:
    """Its production.yaml allows 1.25, 40 % and 15 %; each rule names the key it is from."""
    lines = (realdata / "stock_trader/config/production.yaml").read_text().splitlines()
    told = dict(line.split("#")[0].split(":") for line in lines if line[:1].isalpha())
    keys = {name: rule.rule.split(": ")[1].split()[0] for name, rule in RULES.items()}
    assert keys == {
        "leverage": "max_leverage",
        "position": "max_per_asset_weight",
        "drawdown": "drawdown_trigger",
    }
    assert {name: float(told[key]) for name, key in keys.items()} == {
        name: rule.limit_ratio for name, rule in RULES.items()
    }


def test_every_limit_that_a_dialect_may_tell_is_measured() -> None:
    """No rule is taken and then left out; when a stop trips is none, `ess` tells it."""
    every = {name: Limit(1.0) for name in NAMES}
    found = risk_limits({"equity": equity(flat(NAV))}, at=NOW, own={(None, "A1"): every})
    assert set(found["name"]) == {*NAMES, "worst"} - {"emergency_stop"}
    assert set(UNLIMITED) <= set(NAMES)


def test_a_system_without_limits_is_held_against_nobodys() -> None:
    """A fifth was lost and one symbol is all that is held: told, but whose limit is that?"""
    held = positions({"symbol": "X", "quantity": 9_000.0, "current_price": 100.0})
    points = equity({"2025-11-18T14:00": NAV, "2025-11-18T15:00": 0.8 * NAV})
    found = risk_limits({"positions": held, "equity": points}, at=NOW).set_index("name")
    assert set(found["state"]) == {"unknown"}
    values = found["value_ratio"]
    assert (values["leverage"], values["symbol_concentration"]) == (pytest.approx(11.25), 1.0)
    assert values["daily_drawdown"] == pytest.approx(0.2)
    assert found[["limit_ratio", "used_ratio", "rule"]].isna().all(axis=None)


def test_the_real_order_made_one_position_amber(realdata: Path) -> None:
    """447 TLT at 89.30 of 100,000.05: 39.92 % of one position, 99.8 % of what is allowed."""
    file = realdata / "stock_trader/local_logs/trades.jsonl"
    trade: dict[str, Any] = json.loads(file.read_text().splitlines()[0])
    found = measured(flat(trade["nav"]), ("TLT", trade["quantity"], trade["price"]))
    row = found.loc["position"]
    assert row["value_ratio"] == pytest.approx(39_917.1 / 100_000.05)
    assert row["used_ratio"] == pytest.approx(0.997927, abs=1e-6)
    assert (row["state"], row["detail"], row["limit_ratio"]) == ("warning", "TLT", 0.4)
    assert found["state"].to_dict() == {
        "leverage": "ok", "position": "warning", "drawdown": "ok", "worst": "warning",
    }  # fmt: skip
    assert found.loc["position", "rule"] == "production.yaml: max_per_asset_weight"


@pytest.mark.parametrize(
    ("name", "shares", "state"),
    [
        ("leverage", (99_999,), "ok"),
        ("leverage", (100_000,), "warning"),
        ("leverage", (124_999,), "warning"),
        ("leverage", (125_000,), "critical"),
        ("position", (31_999, 20_000), "ok"),
        ("position", (32_000, 20_000), "warning"),
        ("position", (20_000, 39_999), "warning"),
        ("position", (40_000, 20_000), "critical"),
    ],
)
def test_where_the_colors_of_positions_begin(
    name: str, shares: tuple[int, ...], state: str
) -> None:
    """Leverage is amber from 1.00 and red from 1.25; one position from 32 % and from 40 %."""
    held = [(f"S{n}", float(quantity), 1.0) for n, quantity in enumerate(shares)]
    assert measured(flat(NAV), *held).loc[name, "state"] == state


@pytest.mark.parametrize(
    ("now", "state"),
    [(92_501.0, "ok"), (92_500.0, "warning"), (85_001.0, "warning"), (85_000.0, "critical")],
)
def test_where_the_colors_of_the_drawdown_begin(now: float, state: str) -> None:
    """Amber at −7.5 %, red at −15 % from the highest NAV that was told, however long ago."""
    series = {"2025-02-03T15:00": 90_000.0, "2025-03-03T15:00": NAV, "2025-11-18T15:00": now}
    row = measured(series).loc["drawdown"]
    assert row["state"] == state
    assert row["value_ratio"] == pytest.approx(1 - now / NAV)


def test_the_real_backtest_was_never_red_and_amber_for_a_while(realdata: Path) -> None:
    """On each of 1,257 days the color is that of the drawdown reckoned by hand."""
    navs = pd.read_csv(realdata / "stock_trader/backtest/nav_series.csv")["nav"]
    fallen = 1 - navs / navs.cummax()
    for day in (*range(0, len(navs), 97), int(fallen.idxmax())):
        days = pd.date_range("2020-01-01", periods=day + 1, freq="D").strftime("%Y-%m-%d")
        points = dict(zip(days, navs.iloc[: day + 1].tolist(), strict=True))
        row = measured(points).loc["drawdown"]
        assert row["value_ratio"] == pytest.approx(fallen.iloc[day], abs=1e-12)
        red = "critical" if fallen.iloc[day] >= 0.15 else "warning"
        assert row["state"] == ("ok" if fallen.iloc[day] < 0.075 else red)


def test_what_is_not_told_is_unknown_and_never_green() -> None:
    """No price, no equity, nothing at all: not measured, and the account is not said to be well."""
    unpriced = measured(flat(NAV), ("TLT", 447.0, None))["state"].to_dict()
    assert unpriced == {
        "leverage": "unknown", "position": "unknown", "drawdown": "ok", "worst": "unknown",
    }  # fmt: skip
    assert set(measured(None, ("TLT", 447.0, 89.3))["state"]) == {"unknown"}
    listed = shaped("accounts", [{"account_id": "A1"}, {"account_id": "A2"}], source="list")
    silent = risk_limits({"accounts": listed}, at=NOW, own=OWN)
    assert set(silent["account_id"]) == {"A1"}, "nobody tells rules for A2"
    assert silent["state"].tolist() == ["unknown"] * 4
    assert silent["value_ratio"].isna().all()


def test_an_account_that_holds_nothing_is_at_no_limit() -> None:
    """Nothing is held, says the broker: 0, which is green; nothing said is unknown all the same."""
    frames = {"equity": equity(flat(NAV))}
    for told, state in (({("bot", "A1")}, "ok"), ({("bot", "A2")}, "unknown"), ((), "unknown")):
        found = risk_limits(frames, at=NOW, own=OWN, flat=told).set_index("name")
        assert found.loc[["leverage", "position", "worst"], "state"].tolist() == [state] * 3
    empty = risk_limits({"equity": equity(flat(0.0))}, at=NOW, own=OWN, flat={("bot", "A1")})
    assert empty.set_index("name").loc["leverage", "state"] == "unknown", "0 of nothing"


def test_rules_are_of_the_account_and_not_of_its_neighbor() -> None:
    """The same leverage of 2: beyond Stock-Trader's rule, far within Quantum Trader's."""
    other = equity(flat(NAV), account_id="A2", source="bot")
    held = [{"symbol": "X", "quantity": 2 * NAV, "current_price": 1.0}]
    frames = {
        "equity": pd.concat([equity(flat(NAV)), other]),
        "positions": pd.concat(
            [positions(*held), positions(*held).assign(account_id="A2")], ignore_index=True
        ),
    }
    found = risk_limits(frames, at=NOW, own=OWN, limits=allowed("quantum_trader"))
    states = found[found["name"] == "leverage"].set_index("account_id")["state"].to_dict()
    assert states == {"A1": "critical", "A2": "ok"}


@examples(25)
@given(st.floats(0.01, 3.0), st.floats(0.01, 3.0))
def test_more_leverage_is_never_a_better_color(one: float, other: float) -> None:
    """For any two: the state of the larger is at least as bad."""
    ranks = ("ok", "warning", "critical")
    low, high = (
        ranks.index(measured(flat(NAV), ("X", leverage * NAV, 1.0)).loc["leverage", "state"])
        for leverage in sorted((one, other))
    )
    assert low <= high


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ("warning_ratio = 0.9\nlimit_ratio = 0.8", "above the limit of 0.8"),
        ("limit_ratio = 0.8\nabove = true\ncritical_ratio = 0.7", "below the limit of 0.8"),
        ("warning_ratio = 0.5", "limit_ratio: was 0; it must be above 0"),
        ("limit_ratio = 0.8", "warning_ratio: was 0; it must be above 0"),
        ("limit_money = 8\ncritical_money = 7\ncurrencies = ['USD']", "was 8 and critical_money 7"),
        ("limit_money = 8", "currencies"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, told: str, problem: str) -> None:
    """Steps in the wrong order, or without a number, name the key and what is wrong."""
    text = f'like = "generic"\nname = "own"\n[limits.leverage]\nrule = "mine"\n{told}\n'
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(DialectError, match=f"limits.leverage.*{problem}"):
        load_dialect(tmp_path / "own.toml")
