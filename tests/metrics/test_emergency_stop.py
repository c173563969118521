"""The emergency stop: what it says now, and how often it was triggered; unknown is no all clear."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.frames import shaped
from data_sources.jsonl import JsonlSource
from metrics.emergency_stop import emergency_stop
from metrics.risk_limits import Limit

NOW = pd.Timestamp("2026-02-17T21:46:05Z")
HOUR = pd.Timedelta(hours=1)


def changes(*told: tuple[float, str | None], **more: float) -> pd.DataFrame:
    """Changes so many hours before now, each with its word."""
    rows = [
        {"ts_event": NOW - hours * HOUR, "state": state, "reason": f"because {n}", **more}
        for n, (hours, state) in enumerate(told)
    ]
    return shaped("ess_changes", rows, source="streams")


def state_of(frame: pd.DataFrame, at: pd.Timestamp | None = NOW) -> str:
    return str(emergency_stop({"ess_changes": frame}, at=at)["state"].item())


@pytest.mark.parametrize("word", ["inactive", "armed", "active", "cooling"])
def test_the_newest_change_says_the_state(word: str) -> None:
    """Whatever was before, and in whatever order the lines came."""
    frame = changes((2, "active"), (1, word), (3, "inactive"))
    found = emergency_stop({"ess_changes": frame}, at=NOW).iloc[0]
    assert (found["state"], found["reason"]) == (word, "because 1")
    assert (found["since"], found["n"]) == (NOW - HOUR, 3)


@pytest.mark.parametrize("word", ["unknown", "COOLING_OFF", "", "ok", "ESSState.", None])
def test_a_word_that_nobody_knows_is_no_all_clear(word: str | None) -> None:
    """Even "ok" is not one of its words: unknown."""
    assert state_of(changes((2, "inactive"), (1, word))) == "unknown"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["DISABLED", "inactive", "NORMAL"], "inactive"),
        (["ARMED", "CAUTION"], "armed"),
        (["TRIPPED", "active", "EMERGENCY", "CRITICAL", "ESSState.TRIPPED"], "active"),
        (["COOLING_DOWN", "cooling", "PROTECTIVE", "CAUTIOUS", "cooling down"], "cooling"),
    ],
)
def test_three_vocabularies_are_one(words: list[str], state: str) -> None:
    """What each of Quantum Trader's three stops says, in any case, is one of five words."""
    assert {state_of(changes((2, "x"), (1, word))) for word in words} == {state}


def test_a_word_that_means_active_is_a_trigger() -> None:
    """TRIPPED and CRITICAL trigger; at what loss the stop does so its system says, or nobody."""
    frame = changes((1, "TRIPPED"), (2, "ARMED"), (3, "CRITICAL"))
    found = emergency_stop({"ess_changes": frame}, at=NOW).iloc[0]
    assert found["triggers_today_total"] == 2
    assert pd.isna(found["threshold_ratio"])
    own = {("streams", None): {"emergency_stop": Limit(0.05, limit=0.05)}}
    other = emergency_stop({"ess_changes": frame}, at=NOW, own=own)
    assert other["threshold_ratio"].tolist() == [-0.05]


@pytest.mark.parametrize(
    ("words", "triggers"),
    [
        (["CRITICAL", None, "CRITICAL"], 1),
        (["CRITICAL", None, "busy", "ESSState.TRIPPED", "busy", "CRITICAL"], 1),
        ([None, "CRITICAL"], 1),
        (["NORMAL", "busy", "CRITICAL"], 1),
        (["CRITICAL", "busy", "NORMAL", "busy", "CRITICAL"], 2),
        (["active", "active"], 2),
    ],
)
def test_a_stop_that_goes_on_is_no_second_trigger(words: list[str | None], triggers: int) -> None:
    """One answer of "busy" within a trip makes it no two; a trigger told twice is two."""
    frame = changes(*((9.0 - hours, word) for hours, word in enumerate(words)))
    found = emergency_stop({"ess_changes": frame}, at=NOW).iloc[0]
    assert (found["triggers_today_total"], found["triggers_24h_total"]) == (triggers, triggers)
    assert found["n"] == len(words)


def test_a_stop_that_said_when_it_ends_may_trip_again() -> None:
    """A guard of an hour, a word nobody knows, another guard three hours later: two triggers."""
    frame = changes((5, "active"), (3, "busy"), (2, "active"), duration_seconds=3_600.0)
    assert emergency_stop({"ess_changes": frame}, at=NOW)["triggers_24h_total"].item() == 2


def test_triggers_of_today_and_of_24_hours() -> None:
    """Three since midnight, four in 24 h; what ended or may have been something else is none."""
    told = [(1.0, "active"), (2.0, "active"), (21.7, "active"), (23.0, "active"), (24.0, "active")]
    found = emergency_stop({"ess_changes": changes(*told, (0.5, "inactive"))}, at=NOW).iloc[0]
    assert (found["triggers_today_total"], found["triggers_24h_total"]) == (3, 4)
    zone = emergency_stop({"ess_changes": changes(*told)}, at=NOW, timezone="Asia/Tokyo").iloc[0]
    assert zone["triggers_today_total"] == 2


def test_a_stop_that_said_how_long_it_lasts_is_unknown_afterwards() -> None:
    """A guard of four hours holds to the second; nobody told that it was lifted."""
    frame = changes((4.0, "active"), duration_seconds=14_400.0)
    assert state_of(frame, NOW - pd.Timedelta(seconds=1)) == "active"
    assert state_of(frame, NOW) == "unknown"
    assert state_of(changes((100.0, "active"))) == "active"
    assert state_of(changes((4.0, "inactive"), duration_seconds=14_400.0)) == "unknown"


def test_nothing_told_is_no_row_and_the_future_is_not_told_yet() -> None:
    """No frame, no change up to the moment: no state at all, not inactive."""
    assert emergency_stop({}).empty
    assert emergency_stop({"ess_changes": changes()}).empty
    assert emergency_stop({"ess_changes": changes((1, "active"))}, at=NOW - 2 * HOUR).empty


def test_the_guards_of_the_captured_streams(realdata: Path) -> None:
    """A guard of 7 February for four hours, a flattening of the 17th: active since 20:46."""
    folder = realdata / "quantum_trader/redis_2026-02-17"
    events = JsonlSource(folder, dialect="quantum_trader_export").read().frame
    frame = frame_of(events, load_dialect("quantum_trader_export"), "ess_changes")
    assert frame["duration_seconds"].fillna(0).tolist() == [14_400.0, 0.0]
    found = emergency_stop({"ess_changes": frame}, at=NOW).iloc[0]
    assert (found["state"], found["reason"]) == ("active", "EMERGENCY_FLATTEN_REQUESTED")
    assert found["since"] == pd.Timestamp("2026-02-17T20:46:58.868116400Z")
    assert (found["triggers_today_total"], found["n"]) == (1, 2)
    then = pd.Timestamp("2026-02-08T00:00:00Z")
    assert state_of(frame, then) == "unknown"


def test_the_unit_tests_of_the_bot_trigger_nothing(realdata: Path) -> None:
    """All 19 emergencies of the audit log were written by tests: no row at all."""
    source = JsonlSource(realdata / "quantum_trader/logs/audit", dialect="quantum_trader")
    frame = frame_of(source.read().frame, load_dialect("quantum_trader"), "ess_changes")
    assert emergency_stop({"ess_changes": frame}).empty


@given(
    st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["active", "inactive", "x"])), min_size=1)
)
def test_counts_are_within_each_other(told: list[tuple[float, str]]) -> None:
    """For any changes: today ≤ 24 h ≤ all, since 00:00 UTC was less than 24 hours ago."""
    found = emergency_stop({"ess_changes": changes(*told)}, at=NOW).iloc[0]
    active = sum(state == "active" for _, state in told)
    assert 0 <= found["triggers_today_total"] <= found["triggers_24h_total"] <= active <= found["n"]
