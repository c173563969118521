"""Frames that are measured when they are asked for, over a desk's own frames."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from data_sources.dialects.dialect import load_dialect
from data_sources.frames import FRAMES, empty
from tests.metrics.told_account import at, equity
from web.measured_frames import OF_FRAMES, frame_of

NOW = at("2026-02-17T21:46:00")


class OneEquity:
    """A desk that tells one equity series and nothing else."""

    def view(self) -> Any:
        return SimpleNamespace(at=NOW, states={})

    def risk_rules(self) -> dict[Any, Any]:
        return {}

    def flat_accounts(self, at: pd.Timestamp | None = None) -> set[Any]:
        return set()

    def frame(self, name: str, *, until: pd.Timestamp | None = None, **_: Any) -> pd.DataFrame:
        found = (
            equity({"2026-02-16T12:00": 100.0, "2026-02-17T12:00": 99.0})
            if name == "equity"
            else empty(name)
        )
        return found if until is None or found.empty else found[found["ts_event"] <= until]


def asked(name: str, **wanted: Any) -> pd.DataFrame:
    return frame_of(OneEquity(), name, limit=10, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(OF_FRAMES))
def test_each_has_its_agreed_columns(name: str) -> None:
    """In their dtypes, told or not."""
    found = asked(name)
    assert list(found.columns)[: len(FRAMES[name])] == list(FRAMES[name])
    assert found.dtypes.astype(str).to_dict() == empty(name).dtypes.astype(str).to_dict()


def test_now_is_the_desks_moment_and_until_is_another() -> None:
    """The day's profit now is −1; up to the day before nothing was told of a midnight."""
    days = {
        until: asked("pnl", until=until).set_index("period")["pnl"]["day"]
        for until in (None, at("2026-02-16T23:00"))
    }
    assert days[None] == -1.0
    assert pd.isna(days[at("2026-02-16T23:00")])
    assert asked("risk_limits")["state"].tolist()[-1] == "unknown"


class OfASystem(OneEquity):
    """The same account, which Quantum Trader trades."""

    def risk_rules(self) -> dict[Any, Any]:
        return {("bot", None): load_dialect("quantum_trader").limits}


def test_an_account_of_quantum_trader_is_micro_where_nobody_says_more() -> None:
    """No source tells a strategy: −1 % on the day is twice what its default profile may lose."""
    found = frame_of(OfASystem(), "profile_drawdown", limit=10)  # type: ignore[arg-type]
    day = found.set_index("period").loc["day"]
    assert (day["profile"], day["limit_ratio"]) == ("micro", -0.005)
    assert day["used_ratio"] == pytest.approx(2.0)
    assert asked("profile_drawdown").empty
