"""Failovers counted: 0 where somebody watches and saw none, nothing where nobody does."""

from __future__ import annotations

import pandas as pd

from data_sources.frames import shaped
from metrics.failover_counts import failover_counts
from tests.metrics.told_account import OWNER, at

NOW = at("2026-02-17T12:00:00")
SERVICES = shaped(
    "services",
    [{"name": "binance", "kind": "exchange"}, {"name": "bot", "kind": "service"}],
    **OWNER,
)


def told(*seconds_ago: float) -> pd.DataFrame:
    rows = [
        {"ts_event": NOW - pd.Timedelta(seconds=ago), "from_exchange": "a"} for ago in seconds_ago
    ]
    return shaped("failovers", rows, **OWNER)


def counts(*seconds_ago: float) -> dict[float, int]:
    found = failover_counts({"failovers": told(*seconds_ago), "services": SERVICES}, at=NOW)
    assert set(found["n"]) == {1}
    return dict(zip(found["window_seconds"], found["failovers_total"], strict=True))


def test_both_windows() -> None:
    """Two within 300 s, one more within 24 h; what is older, or still to come, counts nowhere."""
    assert counts(10, 299, 301, 90_000, -5) == {300.0: 2, 86_400.0: 3}
    assert counts() == {300.0: 0, 86_400.0: 0}


def test_nobody_watches() -> None:
    """Without an exchange there is no 0: no row at all."""
    assert failover_counts({}, at=NOW).empty
    assert failover_counts({"services": SERVICES[1:]}, at=NOW).empty
    assert failover_counts({"failovers": told(), "services": SERVICES[1:]}).empty


def test_one_that_is_watched_no_more() -> None:
    """What was seen of it stays counted, of no exchange now."""
    found = failover_counts({"failovers": told(10)}, at=NOW)
    assert found["failovers_total"].tolist() == [1, 1]
    assert found["n"].tolist() == [0, 0]
