"""A source that tells more equity than is read hides no loss: neither its own nor another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from desk.desk import Desk
from desk.origin import origin
from metrics.period_drawdown import period_drawdowns
from metrics.risk_limits import Limit, risk_limits
from tests.desk.small_desk import wait_for
from tests.desk.test_past_frames import Account, now
from tests.metrics.told_account import at, equity
from web import measured_frames
from web.measured_frames import frame_of

MOST = 50


@pytest.mark.parametrize("wanted", [{}, {"source": "stock"}])
def test_a_red_limit_stays_red_beside_a_chatty_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    """A fifth was lost since the peak of a month ago, whatever a neighbor has told since."""
    monkeypatch.setattr(measured_frames, "MOST_POINTS", MOST)
    monkeypatch.setattr(measured_frames, "ROWS_LOOKED_AT", MOST)
    stock, chatty = Account("stock"), Account("chatty", "A2")
    stock.dialect = chatty.dialect = "stock_trader"
    month = now() - pd.Timedelta(days=30)
    stock.points = [{"ts_event": month, "equity": 100.0}, {"ts_event": now(), "equity": 80.0}]
    times = pd.date_range(month, now() - pd.Timedelta(days=2), periods=2 * MOST)
    chatty.points = [{"ts_event": time, "equity": 5.0} for time in times]
    desk = Desk([origin(each.name, each) for each in (stock, chatty)], state_dir=tmp_path / "s")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("equity")) == 2 + 2 * MOST)
        limits = frame_of(desk, "risk_limits", limit=100, **wanted)
        fallen = frame_of(desk, "drawdown", limit=100, **wanted)
        lost = frame_of(desk, "equity", limit=1, source="stock")["drawdown_ratio"]
    finally:
        desk.stop()
    drawdown = limits[limits["name"] == "drawdown"].set_index("source")
    assert drawdown.loc["stock", "state"] == "critical"
    assert drawdown.loc["stock", "value_ratio"] == pytest.approx(0.2)
    assert lost.tolist() == [pytest.approx(-0.2)]
    if not wanted:
        assert drawdown.loc["chatty", "state"] == "unknown"
        assert pd.isna(drawdown.loc["chatty", "value_ratio"])
        whole = fallen[fallen["period"] == "all"].set_index("source")["drawdown_ratio"]
        assert pd.isna(whole["chatty"])
        assert whole["stock"] == pytest.approx(-0.2)


def test_of_a_cut_series_what_reaches_back_is_told() -> None:
    """The day began after the first point: its loss is known; the week and the peak are not."""
    points = equity({"2026-02-16T12:00": 100.0, "2026-02-17T01:00": 99.0})
    told = period_drawdowns({"equity": points}, at=at("2026-02-17T12:00"), cut={"bot"})
    ratios = told.set_index("period")["drawdown_ratio"]
    assert ratios["day"] == pytest.approx(-0.01)
    assert ratios.drop("day").isna().all()


@pytest.mark.parametrize(
    ("last", "state"), [(99.0, "unknown"), (90.0, "warning"), (80.0, "critical")]
)
def test_a_cut_series_is_never_green_and_what_it_lost_at_least_counts(
    last: float, state: str
) -> None:
    """The peak before may have been higher, so that the loss is at least the one that is seen."""
    points = equity({"2026-02-16T12:00": 100.0, "2026-02-17T01:00": last})
    own = {("bot", None): {"drawdown": Limit(0.05, 0.15)}}
    moment = at("2026-02-17T12:00")
    found = risk_limits({"equity": points}, at=moment, own=own, cut={"bot"}).set_index("name")
    assert found.loc[["drawdown", "worst"], "state"].tolist() == [state, state]
    assert pd.isna(found.loc["drawdown", "value_ratio"]) == (state == "unknown")
    whole = risk_limits({"equity": points}, at=moment, own=own).set_index("name")
    assert whole.loc["drawdown", "state"] == ("ok" if state == "unknown" else state)
