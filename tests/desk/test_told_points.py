"""The equity that a polled source told is kept: live, at a moment, after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.alpaca import AlpacaSource
from data_sources.frames import shaped
from data_sources.rest import RestSource
from desk import told_points
from desk.desk import Desk
from desk.origin import origin
from desk.told_points import ToldPoints, thinned
from tests.desk.small_desk import wait_for
from tests.desk.test_past_frames import Account, now
from web.measured_frames import frame_of

NOON = pd.Timestamp("2026-01-02T12:00:00Z").as_unit("ns")
SECOND = pd.Timedelta(seconds=1)


class NewestOnly(Account):
    """A service that tells the equity of now and no other."""

    newest_only: ClassVar = RestSource.newest_only

    def tell(self, equity: float) -> None:
        """Tell this equity from now on."""
        self.points = [{"ts_event": now(), "equity": equity}]


@contextmanager
def running(folder: Path, service: NewestOnly) -> Iterator[Desk]:
    desk = Desk([origin(service.name, service)], state_dir=folder)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


def told(desk: Desk, until: pd.Timestamp | None = None) -> list[float]:
    found: list[float] = frame_of(desk, "equity", limit=100, until=until)["equity"].tolist()
    return found


def fall(desk: Desk) -> float:
    found = frame_of(desk, "drawdown", limit=100).set_index("period")
    return float(found["drawdown_ratio"]["all"])


def test_a_halved_account_is_seen_live_then_and_after_a_restart(tmp_path: Path) -> None:
    """4,000 and then 2,000: half is lost, and before the fall nothing was; the same from disk."""
    service = NewestOnly("portfolio")
    service.tell(4_000.0)
    with running(tmp_path, service) as desk:
        wait_for(lambda: told(desk) == [4_000.0])
        before = now()
        service.tell(2_000.0)
        wait_for(lambda: told(desk) == [4_000.0, 2_000.0])
        assert told(desk, before) == [4_000.0]
        assert fall(desk) == pytest.approx(-0.5)
    service.tell(3_000.0)
    with running(tmp_path, service) as again:
        wait_for(lambda: told(again) == [4_000.0, 2_000.0, 3_000.0])
        assert told(again, before) == [4_000.0]
        assert fall(again) == pytest.approx(-0.25)


def test_what_is_in_the_state_folder_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many rows hold the points they become one, and no point is lost or told twice."""
    monkeypatch.setattr(told_points, "PARTS", 2)
    monkeypatch.setattr("desk.keeper.PARTS", 2)
    service, values = NewestOnly("portfolio"), [float(n) for n in range(1, 5)]
    with running(tmp_path, service) as desk:
        for n, value in enumerate(values):
            service.tell(value)
            wait_for(lambda n=n: len(told(desk)) == n + 1)
            key = desk.origins[0].key
            wait_for(lambda: not desk.origins[0].states.points.unsaved)
            assert len(desk._store.points([key])[key]) <= 2
    service.points = []
    with running(tmp_path, service) as again:
        wait_for(lambda: service.reads and told(again) == values)


def point(equity: float, seconds: float, account: str | None = None) -> pd.DataFrame:
    row = {"ts_event": NOON + seconds * SECOND, "equity": equity}
    return shaped("equity", [row], source="s", account_id=account)


@pytest.mark.parametrize("account", [None, "A1"])
def test_the_same_told_again_is_kept_seldom(account: str | None) -> None:
    """A value told each 20 s for ten minutes is kept three times, and its newest is told."""
    points = ToldPoints()
    for second in range(0, 601, 20):
        whole = points.take(point(5.0, second, account), NOON.value + second * 10**9)
    assert points.kept is not None
    assert [t.minute for t in points.kept["ts_event"]] == [0, 5, 10]
    whole = points.take(point(5.0, 605, account), NOON.value + 605 * 10**9)
    assert (len(whole), whole["ts_event"].iloc[-1]) == (4, NOON + 605 * SECOND)
    assert whole["ts_event"].is_monotonic_increasing


def test_of_a_point_that_is_told_anew_the_newest_counts() -> None:
    """A day's point that the broker corrects is one point, as it was told last."""
    points = ToldPoints()
    points.take(point(5.0, 0), NOON.value)
    assert points.take(point(6.0, 0), NOON.value)["equity"].tolist() == [6.0]
    later = points.take(point(7.0, 1), NOON.value)
    assert later["equity"].tolist() == [6.0, 7.0]


def test_a_point_without_time_or_number_is_none() -> None:
    """It is not kept: of when it is, or what was held, nobody knows."""
    points = ToldPoints()
    rows = [{"ts_event": None, "equity": 1.0}, {"ts_event": NOON, "equity": None}]
    points.take(shaped("equity", rows), NOON.value)
    assert points.kept is None
    assert not points.unsaved


@settings(max_examples=20)
@given(st.lists(st.floats(1, 1e6), min_size=2, max_size=60), st.integers(60, 200_000))
def test_thinned_points_have_the_same_peak_floor_and_end(values: list[float], pace: int) -> None:
    """For any series: highest, lowest and last stay, at their times, and the newest hour whole."""
    times = pd.to_datetime([NOON + n * pace * SECOND for n in range(len(values))])
    frame = pd.DataFrame({"ts_event": times, "equity": values, "account_id": None})
    found = thinned(frame, int(times[-1].value))
    assert found["equity"].max() == max(values)
    assert found["equity"].min() == min(values)
    assert found["ts_event"].iloc[-1] == times[-1]
    assert set(found["ts_event"]) <= set(times)
    last_hour = times >= times[-1] - pd.Timedelta(hours=1)
    assert found["equity"].tolist()[-int(last_hour.sum()) :] == frame["equity"][last_hour].tolist()


def test_who_tells_the_newest_alone() -> None:
    """The services of Quantum Trader, and Alpaca's equity of now."""
    assert "equity" in RestSource.newest_only & AlpacaSource.newest_only
