"""What a source said of itself is kept: the past is measured the same live, later and restarted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for
from tests.desk.test_past_frames import Account, measured, now


class Whole(Account):
    """Tells all positions there are, unless it does not answer; its system has limits."""

    dialect = "stock_trader"

    def read(self) -> Reading:
        reading = super().read()
        whole = frozenset({"positions"}) if reading.state == "ok" else frozenset[str]()
        return dataclasses.replace(reading, whole=whole)


@contextmanager
def running(folder: Path, *accounts: Account) -> Iterator[Desk]:
    desk = Desk([origin(each.name, each) for each in accounts], state_dir=folder / "state")
    desk.start()
    before = [each.reads for each in accounts]
    try:
        wait_for(lambda: all(a.reads > n + 1 for a, n in zip(accounts, before, strict=True)))
        yield desk
    finally:
        desk.stop()


def contradictions(desk: Desk, at: pd.Timestamp | None) -> list[list[str]]:
    told = desk.frame("disagreements", until=at)
    values: list[list[str]] = told[["what", "value_a", "value_b"]].to_numpy().tolist()
    return values


def test_who_disagreed_before_a_restart(tmp_path: Path) -> None:
    """2 against 3 then; while one was down nobody contradicted it: the next process says so too."""
    first, second = Account("first"), Account("second")
    first.hold(X=2.0)
    second.hold(X=3.0)
    with running(tmp_path, first, second) as desk:
        wait_for(lambda: len(desk.frame("disagreements")) == 1)
        then = now()
        second.state = "down"
        wait_for(lambda: desk.sources()[1]["state"] == "down")
        silent = now()
        states = [[row["state"] for row in desk.view(at=at).sources] for at in (then, silent)]
        found = [contradictions(desk, at) for at in (then, silent)]
    assert found == [[["position X", "2", "3"]], []]
    assert states == [["ok", "ok"], ["ok", "down"]]
    first.hold(X=3.0)
    second.state = "ok"
    with running(tmp_path, first, second) as again:
        wait_for(lambda: set(again.frame("positions")["quantity"]) == {3.0})
        assert [contradictions(again, at) for at in (then, silent, None)] == [*found, []]
        assert [[r["state"] for r in again.view(at=at).sources] for at in (then, silent)] == states


def leverage(desk: Desk, at: pd.Timestamp | None) -> list[object]:
    limits = measured(desk, "risk_limits", until=at).set_index("name")
    return limits.loc["leverage", ["value_ratio", "state"]].tolist()


def test_a_flat_account_was_at_no_limit_then_either(tmp_path: Path) -> None:
    """It held nothing and said so: leverage 0 at that moment, later, and after a restart."""
    account = Whole("broker")
    account.hold()
    with running(tmp_path, account) as desk:
        wait_for(lambda: leverage(desk, None) == [0.0, "ok"])
        then = now()
        account.hold(X=2.0)
        wait_for(lambda: len(desk.frame("positions")) == 1)
        held = now()
        assert leverage(desk, then) == [0.0, "ok"]
        assert leverage(desk, held) == [0.2, "ok"]
        account.hold()
        wait_for(lambda: desk.frame("positions").empty)
        account.state = "down"
        wait_for(lambda: desk.sources()[0]["state"] == "down")
        assert pd.isna(leverage(desk, now())[0]), "nobody says any more that nothing is held"
    account.state = "ok"
    with running(tmp_path, account) as again:
        assert leverage(again, then) == [0.0, "ok"]
        assert leverage(again, held) == [0.2, "ok"]
        assert leverage(again, None) == [0.0, "ok"]
