"""An endpoint that tells how it is now: each change stands with the time it was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources.errors import DialectError
from data_sources.polled.mapping import load_mapping
from data_sources.rest import RestSource
from desk.desk import Desk
from desk.origin import origin
from metrics.emergency_stop import emergency_stop
from tests.data_sources.fault_server import answer
from tests.data_sources.network.services import Clock, told
from tests.desk.small_desk import wait_for
from web.measured_frames import frame_of

PATH = "/api/risk/ess/status"


def risk(server: Any, clock: Clock | None = None, **options: Any) -> RestSource:
    """A source of Quantum Trader's emergency stop."""
    more = {"now": clock} if clock is not None else {}
    return RestSource(
        "quantum_trader", url=server.url(""), endpoints=["ess"], name="risk", **more, **options
    )


def changes(source: RestSource, clock: Clock, seconds: float = 6.0) -> pd.DataFrame:
    """What changed, asked some seconds later."""
    clock.now += seconds
    return source.read().frames["ess_changes"]


def test_each_change_is_a_row_with_its_time(server: Any) -> None:
    """NORMAL twice is one row; a new reason alone is none; each word stands as it was told."""
    clock = Clock()
    source = risk(server, clock)
    begun, words = clock.now, []
    for status in ("NORMAL", "NORMAL", "CRITICAL", "CRITICAL", "NORMAL"):
        server.on(PATH, told({"status": status, "reason": f"at {clock.now:.0f}"}))
        frame = changes(source, clock)
        words.append(frame["state"].tolist())
    assert words[1] == ["NORMAL"]
    assert words[-1] == ["NORMAL", "CRITICAL", "NORMAL"]
    assert [(ts.timestamp() - begun) for ts in frame["ts_event"]] == [6.0, 18.0, 30.0]
    assert frame["source"].tolist() == ["risk"] * 3
    now = pd.Timestamp(clock.now, unit="s", tz="UTC")
    (stop,) = emergency_stop({"ess_changes": frame}, at=now).to_dict("records")
    assert (stop["state"], stop["triggers_24h_total"]) == ("inactive", 1)
    assert source.read().frame["name"].tolist() == ["risk.ess", "ess"]


def test_another_process_goes_on(server: Any) -> None:
    """What was told before a restart stands, and is no change again."""
    clock = Clock()
    server.on(PATH, told({"status": "CRITICAL"}))
    cursor = risk(server, clock).read().cursor
    after = risk(server, clock)
    clock.now += 60
    first = after.read(cursor).frames["ess_changes"]
    assert first["state"].tolist() == ["CRITICAL"]
    server.on(PATH, told({"status": "NORMAL"}))
    assert changes(after, clock)["state"].tolist() == ["CRITICAL", "NORMAL"]
    assert first["ts_event"].iloc[0].timestamp() == clock.now - 66


@pytest.mark.parametrize("status", ["NORMAL", "CRITICAL"])
def test_a_service_that_fell_silent_is_no_all_clear(server: Any, status: str) -> None:
    """30 s after its last answer nobody knows; back again it is what it says, no new trigger."""
    clock = Clock()
    server.on(PATH, told({"status": status}))
    source = risk(server, clock)
    changes(source, clock)
    server.on(PATH, answer(b"", "500 X"))
    silent = changes(source, clock)
    moment = pd.Timestamp(clock.now, unit="s", tz="UTC")
    meant = {"NORMAL": "inactive", "CRITICAL": "active"}[status]
    seen = [
        emergency_stop({"ess_changes": silent}, at=moment + pd.Timedelta(seconds=later))["state"]
        for later in (0, 30)
    ]
    assert [each.item() for each in seen] == [meant, "unknown"]
    server.on(PATH, told({"status": status}))
    back = changes(source, clock, 60)
    (stop,) = emergency_stop({"ess_changes": back}).to_dict("records")
    assert (stop["state"], stop["n"]) == (meant, 1)


@pytest.mark.parametrize("ahead_seconds", [600.0, -20.0])
def test_a_services_clock_that_is_wrong_hides_no_trip(server: Any, ahead_seconds: float) -> None:
    """Set wrong by a step when it trips: the change stands at our time, and is active at once."""
    clock = Clock()
    source = risk(server, clock)
    for status, ahead in (("NORMAL", 0.0), ("CRITICAL", ahead_seconds)):
        server.on(PATH, told({"status": status, "timestamp": clock.now + 6 + ahead}))
        frame = changes(source, clock)
    assert frame["state"].tolist() == ["NORMAL", "CRITICAL"]
    now = pd.Timestamp(clock.now, unit="s", tz="UTC")
    assert frame["ts_event"].iloc[-1] == now
    (stop,) = emergency_stop({"ess_changes": frame}, at=now).to_dict("records")
    assert (stop["state"], stop["since"]) == ("active", now)


def test_our_own_clock_set_back_hides_no_trip(server: Any) -> None:
    """A change never stands before the one that it followed; NTP may set our clock back."""
    clock = Clock()
    source = risk(server, clock)
    server.on(PATH, told({"status": "NORMAL"}))
    changes(source, clock)
    server.on(PATH, told({"status": "CRITICAL"}))
    cursor = source.read().cursor
    clock.now -= 3_600
    frame = risk(server, clock).read(cursor).frames["ess_changes"]
    assert frame["state"].tolist() == ["NORMAL", "CRITICAL"]
    assert frame["ts_event"].is_monotonic_increasing
    assert emergency_stop({"ess_changes": frame})["state"].item() == "active"


@pytest.mark.parametrize("failure", ["stale", "500 X"])
def test_a_service_that_was_never_well_is_no_all_clear(server: Any, failure: str) -> None:
    """Each answer an hour old, or then none for a day: unknown, not what it said at first."""
    clock = Clock()
    source = risk(server, clock)
    server.on(PATH, told({"status": "NORMAL", "timestamp": clock.now - 3_600}))
    changes(source, clock)
    if failure != "stale":
        server.on(PATH, answer(b"", failure))
    silent = changes(source, clock, 86_400)
    now = pd.Timestamp(clock.now, unit="s", tz="UTC")
    assert emergency_stop({"ess_changes": silent}, at=now)["state"].item() == "unknown"


def test_the_desk_tells_the_stop_and_where_it_trips(server: Any, tmp_path: Path) -> None:
    """`ess` of a whole desk: the state by the service, 5 % by the dialect."""
    server.on(PATH, told({"status": "CAUTION"}))
    desk = Desk([origin("risk", risk(server, every_seconds=0.1))], state_dir=tmp_path)
    desk.start()
    try:
        wait_for(lambda: len(frame_of(desk, "ess", limit=9)) == 1)
        (row,) = frame_of(desk, "ess", limit=9).to_dict("records")
        assert (row["state"], row["threshold_ratio"], row["source"]) == ("armed", -0.05, "risk")
    finally:
        desk.stop()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('frame = "services"\nchanged = ["state"]', "needs a ts_event"),
        ('frame = "ess_changes"\nchanged = ["status"]', "ess_changes has"),
        ('frame = "ess_changes"\nchanged = ["state"]\nrows = "@body"', "beside rows or rank"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_line(tmp_path: Path, lines: str, problem: str) -> None:
    """Only a frame with times can be told by its changes, and only of an answer that is one row."""
    file = tmp_path / "mine.toml"
    file.write_text(f'name = "mine"\n[rest.stop]\npath = "/"\n{lines}\n')
    with pytest.raises(DialectError, match=rf"mine.toml:5: rest.stop.changed: .*{problem}"):
        load_mapping(str(file))
