"""Sources of one system that name no account are held against each other, as far as is safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest

from data_sources.frames import shaped
from data_sources.reading import Reading
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for


class Told:
    """A state source that tells an equity and positions of an account that it does not name."""

    frame_name: ClassVar = "services"
    stale_after_seconds = 60.0
    every_seconds = 0.02
    path = "told"

    def __init__(self, name: str, kind: str, equity: float, held: int, **more: str) -> None:
        self.name, self.kind, self.dialect = name, kind, more.get("dialect", "quantum_trader")
        self.account_id = more.get("account_id")
        self._equity, self._held = equity, held

    def read(self) -> Reading:
        now = pd.Timestamp.now("UTC").as_unit("ns")
        own: dict[str, Any] = {"source": self.name, "account_id": self.account_id}
        rows = [{"symbol": f"S{n}", "quantity": 1.0, "as_of": now} for n in range(self._held)]
        services = shaped("services", [{"name": self.name, "state": "ok"}], **own)
        frames = {
            "equity": shaped("equity", [{"ts_event": now, "equity": self._equity}], **own),
            "positions": shaped("positions", rows, **own),
        }
        return Reading(services, {}, as_of=now, state="ok", frames=frames)

    def close(self) -> None:
        """Nothing is open."""


def disagreements(folder: Path, *sources: Told) -> list[tuple[Any, ...]]:
    """What a real desk tells of these sources, without the symbols."""
    desk = Desk([origin(each.name, each) for each in sources], state_dir=folder / "state")
    desk.start()
    try:
        wait_for(lambda: desk.frame("equity")["source"].nunique() == len(sources))
        told = desk.frame("disagreements")
    finally:
        desk.stop()
    columns = ["what", "source_a", "value_a", "source_b", "value_b", "account_id"]
    told = told.loc[~told["what"].str.startswith("position "), columns].astype(object)
    return list(told.where(told.notna(), None).itertuples(index=False, name=None))


def test_one_account_that_nobody_names(tmp_path: Path) -> None:
    """Services and streams of one system: the placeholder, and 0 against 2 positions, are told."""
    first = Told("services", "rest", 3902.69, 2)
    second = Told("streams", "redis_streams", 10_000.0, 0)
    assert disagreements(tmp_path, first, second) == [
        ("equity", "services", "3902.69", "streams (placeholder)", "10000", None),
        ("positions", "services", "2", "streams", "0", None),
    ]


@pytest.mark.parametrize(
    "second",
    [
        Told("other", "rest", 5_000.0, 0),
        Told("other", "redis_streams", 5_000.0, 0, dialect="rick"),
        Told("other", "redis_streams", 5_000.0, 0, dialect="auto"),
        Told("other", "redis_streams", 5_000.0, 0, account_id="A1"),
    ],
    ids=["two of one kind", "another system", "no system known", "a named account"],
)
def test_what_may_be_another_account_is_not_compared(tmp_path: Path, second: Told) -> None:
    """Two bots of a system, two systems, a named and an unnamed account: nobody disagrees."""
    assert disagreements(tmp_path, Told("services", "rest", 3902.69, 2), second) == []
