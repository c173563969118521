"""Counters of a real client become events: each rise once, nothing that was not counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import Reading, SourceError
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.event_frames import frame_of
from data_sources.exposition.counters import Exposed, series_of
from data_sources.exposition.rises import Known
from metrics.gate_counts import gate_counts
from tests.data_sources.fault_server import answer
from tests.data_sources.network.metrics_page import Gate, counted, gate
from tests.data_sources.network.services import Clock

PACE = 6.0


@pytest.fixture
def risk() -> Iterator[Gate]:
    with gate() as found:
        yield found


def decisions(reading: Reading) -> list[tuple[str, str, int]]:
    """(decision, reason, how many) of a reading."""
    frame = frame_of(reading.frame, load_dialect("quantum_trader_prometheus"), "decisions")
    told = frame[["decision", "reason", "decisions_total"]].itertuples(index=False, name=None)
    return sorted((str(word), str(why), int(n)) for word, why, n in told)


def test_what_a_counter_rises_by_is_told_once(risk: Gate) -> None:
    """Of 5 before the first look nothing is told, of 3 more three, and nothing a second time."""
    risk.decide("allow", times=5)
    clock = Clock()
    source = counted(risk.url, clock)
    first = source.read()
    assert (first.state, first.problem, len(first.frame)) == ("ok", None, 0)

    risk.decide("allow", times=3)
    risk.decide("scale_down", "leverage_exceeds_limit: 5x > 1x")
    clock.now += PACE
    second = source.read()
    assert decisions(second) == [
        ("allow", "all_risk_checks_passed", 3),
        ("scale", "leverage_exceeds_limit: 5x > 1x", 1),
    ]
    row = second.frame.iloc[0]
    assert (row["kind"], row["system"], row["source"]) == (
        "risk.decision",
        "quantum_trader",
        "gate",
    )
    assert (row["venue"], row["strategy_id"], row["value"]) == ("binance", "ai", 3.0)
    assert row["ts_event"] == pd.Timestamp(clock.now, unit="s", tz="UTC")
    line = source.raw_line(str(row["raw_generation"]), int(row["raw_offset"]))
    assert line is not None and '"account":"default"' in line and '"total":8' in line

    clock.now += PACE
    assert source.read().frame.empty
    assert source.read().counts.accepted == 2


def test_nobody_is_asked_before_it_is_time(risk: Gate) -> None:
    """The desk reads a stream many times a second; the endpoint is asked at its own pace."""
    clock = Clock()
    source = counted(risk.url, clock)
    source.read()
    risk.decide("block", "strategy_not_allowed")
    assert source.read().frame.empty
    clock.now += PACE
    assert decisions(source.read()) == [("block", "strategy_not_allowed", 1)]


def test_a_process_that_started_anew_counts_from_zero(risk: Gate) -> None:
    """9, then 4 of a new process: four; the state in between is `down`, and no event."""
    clock = Clock()
    source = counted(risk.url, clock)
    risk.decide("allow", times=9)
    source.read()
    risk.stop()
    clock.now += PACE
    away = source.read()
    assert (away.state, len(away.frame)) == ("down", 0)
    assert away.problem is not None and "refused" in away.problem

    risk.start()
    risk.decide("allow", times=4)
    clock.now += 3 * PACE
    back = source.read()
    assert (back.state, decisions(back)) == ("ok", [("allow", "all_risk_checks_passed", 4)])
    assert back.counts.generations == {"restarted": 1}
    assert '"restarted":true' in str(back.frame["attributes"].iloc[0])


def test_a_pause_of_ours_is_told_with_its_length(risk: Gate) -> None:
    """What was counted while no Deskwatch ran is of 24 h, and not of the last 5 minutes."""
    clock = Clock()
    source = counted(risk.url, clock)
    risk.decide("allow")
    cursor = source.read().cursor
    risk.decide("block", "global_risk_critical: VaR", times=70)
    clock.now += 7_200
    after = counted(risk.url, clock).read(cursor)
    frame = frame_of(after.frame, load_dialect("quantum_trader_prometheus"), "decisions")
    found = gate_counts({"decisions": frame}).set_index("window_seconds")
    assert found["blocked_total"].to_dict() == {300.0: 0, 86_400.0: 70}
    assert found.loc[86_400.0, ["gate", "reason"]].tolist() == ["risk_gate", "global_risk_critical"]


def test_a_gate_that_never_decided_is_waited_for(risk: Gate) -> None:
    """A client shows a label with its first count: until then nothing is wrong, and all is told."""
    clock = Clock()
    source = counted(risk.url, clock)
    empty = source.read()
    assert empty.state == "waiting"
    assert empty.problem is not None and "risk_gate_decisions_total" in empty.problem
    risk.decide("allow", times=2)
    clock.now += PACE
    assert decisions(source.read()) == [("allow", "all_risk_checks_passed", 2)]


def test_a_cursor_of_another_kind_is_refused(risk: Gate) -> None:
    """And the source begins with a first look afterwards."""
    source = counted(risk.url, Clock())
    with pytest.raises(SourceError, match="not one of a prometheus source"):
        source.read({"streams": {}})
    assert source.read().cursor["format"] == "prometheus-1"


def test_a_start_that_jitters_is_no_restart() -> None:
    """Clients that reckon it from the time since the boot tell it now so, now a second later."""
    known, at = Known(), pd.Timestamp("2026-01-01", tz="UTC")
    starts = (1000.27, 1001.27, 1000.27, 1001.27, 999.0, 1003.0, 1004.27)
    for started in starts:
        assert list(known.rises(Exposed({'["a",[]]': 5_000.0}, started), at)) == []
    assert (known.restarts, known.started) == (0, 1004.27)
    (again,) = known.rises(Exposed({'["a",[]]': 5_000.0}, 1010.0), at)
    assert (b'"value":5000' in again, known.restarts, known.started) == (True, 1, 1010.0)


def labelled(first: int, number: int) -> dict[str, float]:
    """So many series of one counter, each counted once."""
    return {series_of("a_total", {"n": str(n)}): 1.0 for n in range(first, first + number)}


def test_ever_new_labels_do_not_grow_without_end() -> None:
    """Beyond 10,000 what is known counts on, and what is new is left out; a restart makes room."""
    known, at = Known(), pd.Timestamp("2026-01-01", tz="UTC")
    list(known.rises(Exposed(labelled(0, 6_000), 1.0), at))
    assert len(list(known.rises(Exposed(labelled(6_000, 6_000), 1.0), at))) == 4_000
    assert (len(known.values), len(known.left_out)) == (10_000, 2_000)
    more = dict.fromkeys(labelled(0, 1), 3.0) | labelled(11_000, 2)
    assert [b'"value":2' in line for line in known.rises(Exposed(more, 1.0), at)] == [True]
    assert known.left_out == set(labelled(11_000, 2))

    anew = labelled(9_999, 3)
    assert len(list(known.rises(Exposed(anew, 90.0), at))) == 3
    assert (known.values, known.left_out) == (anew, frozenset())


def test_a_source_with_too_many_series_says_so(server: Any) -> None:
    """It goes on with what it knows: degraded, each line beyond is set aside once."""
    clock, known = Clock(), "".join(f'a_total{{n="{n}"}} 1\n' for n in range(10_000))
    more = 'a_total{n="more"} 7\n'
    page = {"content_type": "text/plain"}
    server.on("/metrics", answer(known.encode(), **page))
    source = counted(server.url("/metrics"), clock, dialect="generic")
    assert source.read().state == "ok"
    told = []
    for body in ('a_total{n="5"} 4\n' + more, known + more, known):
        server.on("/metrics", answer(body.encode(), **page))
        clock.now += PACE
        told.append(source.read())
    assert [reading.state for reading in told] == ["degraded", "degraded", "ok"]
    assert told[0].problem is not None and "more than 10,000 series" in told[0].problem
    assert ['"total":4' in each for each in told[0].frame["attributes"]] == [True]
    assert told[1].counts.quarantined == {"too_many_series": 1}
    assert told[1].counts.balanced


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.sets(st.integers(1, 7)))
def test_rises_add_up_to_what_was_counted(steps: list[int], restarts: set[int]) -> None:
    """For any counting, and restarts that say so: the rises are all that came after the look."""
    known, total, counts = Known(), 3, 0
    begun = pd.Timestamp("2026-01-01", tz="UTC")
    list(known.rises(Exposed({'["a",[]]': total}, 1.0), begun))
    told = 0.0
    for look, step in enumerate(steps, start=1):
        total = step if look in restarts else total + step
        counts += step
        started = 1.0 + 6 * len([each for each in restarts if each <= look])
        at = begun + pd.Timedelta(seconds=look)
        lines = list(known.rises(Exposed({'["a",[]]': total}, started), at))
        told += sum(float(line.split(b'"value":')[1].split(b",")[0]) for line in lines)
    assert told == counts
