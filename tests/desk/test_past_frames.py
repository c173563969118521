"""What polled sources held at a moment is asked for with `until`, and measured as of then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of

LIMITS = ["leverage", "symbol_concentration"]


def now() -> pd.Timestamp:
    return pd.Timestamp.now("UTC").as_unit("ns")


class Account:
    """A polled service that tells positions and equity; what it is given, it tells."""

    frame_name: ClassVar = "services"
    kind = "rest"
    dialect = "quantum_trader"
    stale_after_seconds = 60.0
    every_seconds = 0.02

    def __init__(self, name: str, account_id: str | None = "A1") -> None:
        self.name = self.path = name
        self.account_id = account_id
        self.held: list[dict[str, Any]] = []
        self.points: list[dict[str, Any]] = []
        self.state = "ok"
        self.reads = 0

    def hold(self, **quantities: float) -> None:
        """Hold these positions from now on, at a price of 100, and say nothing of when."""
        rows = [{"symbol": s, "quantity": q, "current_price": 100.0} for s, q in quantities.items()]
        self.points = [*self.points, {"ts_event": now(), "equity": 1_000.0}]
        self.held = rows

    def read(self) -> Reading:
        self.reads += 1
        own: dict[str, Any] = {"source": self.name, "account_id": self.account_id}
        services = shaped("services", [{"name": self.name, "state": self.state}], **own)
        frames = {
            "equity": shaped("equity", self.points, **own),
            "positions": shaped("positions", self.held, **own),
        }
        return Reading(services, {}, as_of=now(), state=self.state, frames=frames)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def account() -> Account:
    return Account("service")


@pytest.fixture
def desk(tmp_path: Path, account: Account) -> Iterator[Desk]:
    desk = Desk([origin("service", account)], state_dir=tmp_path / "state")
    desk.start()
    yield desk
    desk.stop()


def held_now(desk: Desk, account: Account, **quantities: float) -> pd.Timestamp:
    """Let the account hold something, and give a moment at which the desk knows it."""
    account.hold(**quantities)
    wait_for(lambda: quantities_of(desk) == quantities)
    return now()


def quantities_of(desk: Desk, **wanted: Any) -> dict[str, float]:
    frame = desk.frame("positions", **wanted)
    return dict(zip(frame["symbol"], frame["quantity"], strict=True))


def measured(desk: Desk, name: str, **wanted: Any) -> pd.DataFrame:
    return frame_of(desk, name, limit=100, **wanted)


def test_positions_of_a_moment_are_those_held_then(desk: Desk, account: Account) -> None:
    """Bought, doubled, sold: each moment has its own, and one that is to come is as now."""
    wait_for(lambda: account.reads > 1)
    before = now()
    moments = [held_now(desk, account, **held) for held in ({"X": 2.0}, {"X": 4.0, "Y": 1.0}, {})]
    later = now() + pd.Timedelta(hours=1)
    found = [quantities_of(desk, until=moment) for moment in (before, *moments, later)]
    assert found == [{}, {"X": 2.0}, {"X": 4.0, "Y": 1.0}, {}, {}]


def test_exposure_and_limits_are_those_of_the_moment(desk: Desk, account: Account) -> None:
    """200 held of 1,000, then 6,000: leverage was 0.2 and kept its limit, now it is 6."""
    wait_for(lambda: account.reads > 1)
    before = now()
    first = held_now(desk, account, X=1.0, Y=1.0)
    held_now(desk, account, X=60.0)
    gross = {
        until: measured(desk, "exposure", until=until)["exposure_gross"].tolist()
        for until in (before, first, None)
    }
    assert gross == {before: [], first: [200.0], None: [6_000.0]}
    limits = {
        until: measured(desk, "risk_limits", until=until).set_index("name").loc[LIMITS]
        for until in (first, None)
    }
    assert limits[first]["value_ratio"].tolist() == [0.2, 0.5]
    assert limits[first]["state"].tolist() == ["ok", "ok"]
    assert limits[None]["value_ratio"].tolist() == [6.0, 1.0]
    assert "ok" not in limits[None]["state"].tolist()
    assert measured(desk, "risk_limits", until=before).empty


def test_a_moment_before_a_restart_is_as_it_was(tmp_path: Path, account: Account) -> None:
    """The journal is kept: exposure of then is told by the next process too."""
    desk = Desk([origin("service", account)], state_dir=tmp_path / "state")
    desk.start()
    first = held_now(desk, account, X=2.0)
    held_now(desk, account, X=5.0)
    desk.stop()
    again = Desk([origin("service", account)], state_dir=tmp_path / "state")
    again.start()
    try:
        wait_for(lambda: quantities_of(again) == {"X": 5.0})
        assert measured(again, "exposure", until=first)["exposure_gross"].tolist() == [200.0]
        assert measured(again, "exposure")["exposure_gross"].tolist() == [500.0]
    finally:
        again.stop()


def test_who_disagreed_at_a_moment(tmp_path: Path) -> None:
    """2 against 3 then, 3 against 3 now; while one did not answer, nobody contradicted it."""
    first, second = Account("first"), Account("second")
    first.hold(X=2.0)
    second.hold(X=3.0)
    desk = Desk([origin(each.name, each) for each in (first, second)], state_dir=tmp_path / "state")
    desk.start()
    try:
        wait_for(lambda: len(desk.frame("disagreements")) == 1)
        then = now()
        second.state = "down"
        wait_for(lambda: desk.sources()[1]["state"] == "down")
        silent = now()
        first.hold(X=3.0)
        second.state = "ok"
        wait_for(lambda: desk.sources()[1]["state"] == "ok")
        wait_for(lambda: set(desk.frame("positions")["quantity"]) == {3.0})
        columns = ["what", "source_a", "value_a", "source_b", "value_b"]
        told = [desk.frame("disagreements", until=at)[columns] for at in (then, silent, None)]
        assert told[0].to_numpy().tolist() == [["position X", "first", "2", "second", "3"]]
        assert told[1].empty
        assert told[2].empty
        pictured = desk.view(at=then).frames["disagreements"]
        assert pictured[columns].to_numpy().tolist() == told[0].to_numpy().tolist()
    finally:
        desk.stop()
