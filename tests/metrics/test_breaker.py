"""A stop holds until its own kind of end, and nothing is green without a word."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.breaker import breaker


def changed(ts, code, decision="open", **more):
    return {"ts": ts, "kind": "breaker.changed", "code": code, "decision": decision, **more}


@pytest.fixture
def state(make_notable, make_tally, at):
    """Give the breaker after some events, at a number of seconds."""

    def look(seconds, *rows):
        return breaker(make_notable(*rows), at(seconds), make_tally())

    return look


def test_without_evidence_nothing_is_known(state, make_tally, at):
    """No event about a stop means unknown, neither triggered nor clear."""
    assert state(10).triggered is None
    assert breaker(pd.DataFrame(), at(0), make_tally()).triggered is None
    assert state(10, {"ts": 1, "kind": "health", "code": "HEALTH.OK"}).triggered is None


def test_a_breaker_opens_and_closes(state):
    """OPEN triggers with its reason, HALF_OPEN still holds, CLOSED ends it."""
    opened = changed(1, "EXCHANGE.CB.STATE", text="threshold_exceeded")
    half = changed(5, "EXCHANGE.CB.STATE", "half_open")
    closed = changed(9, "EXCHANGE.CB.STATE", "closed")
    found = state(2, opened)
    assert found.triggered is True
    assert found.reason == "EXCHANGE.CB.STATE: threshold_exceeded"
    probing = state(6, opened, half)
    assert (probing.triggered, probing.stops[0].state) == (True, "half_open")
    assert probing.stops[0].since == found.stops[0].since
    assert state(10, opened, half, closed).triggered is False
    assert state(10, opened, half, closed).reason is None


@pytest.mark.parametrize("decision", [None, "forced"])
def test_an_unknown_state_proves_nothing(state, decision):
    """A breaker that says a word nobody knows is unknown, neither open nor closed."""
    assert state(2, changed(1, "EXCHANGE.CB.STATE", decision)).triggered is None


def test_a_halt_ends_by_resume_not_by_a_breaker_that_closes(state):
    """A halt outlives a closing breaker and time; RESUME ends it."""
    halt = changed(1, "AURORA.HALT", reason="WHY_RISK_GUARD_DD")
    assert state(5_000, halt).triggered is True
    assert state(9, halt, changed(3, "EXCHANGE.CB.STATE", "closed")).triggered is True
    assert state(9, halt, changed(3, "AURORA.RESUME", "closed")).triggered is False


def test_resume_does_not_close_the_exchange_breaker(state):
    """Each end is for its own kind of stop."""
    rows = (changed(1, "EXCHANGE.CB.STATE"), changed(2, "AURORA.RESUME", "closed"))
    assert state(3, *rows).triggered is True


def test_a_cool_off_passes(state, at):
    """A cool-off holds until the moment that it states, to the second."""
    until = at(60).timestamp()
    cool = changed(1, "AURORA.COOL_OFF", value=until)
    assert state(59.9, cool).triggered is True
    assert state(60, cool).triggered is False
    assert state(59, cool).stops[0].until == at(60)


def test_a_cool_off_without_a_time_lasts_two_minutes(state):
    """The health guard's own 120 s are used when the event says nothing."""
    cool = changed(1, "AURORA.COOL_OFF")
    assert state(120, cool).triggered is True
    assert state(122, cool).triggered is False


@pytest.mark.parametrize("nonsense", [float("inf"), -5.0, 1e300])
def test_an_impossible_time_is_no_time(state, nonsense):
    """A stated end that no clock can show falls back to the guard's own."""
    assert state(30, changed(1, "AURORA.COOL_OFF", value=nonsense)).triggered is True
    assert state(200, changed(1, "AURORA.COOL_OFF", value=nonsense)).triggered is False


def test_symbols_cool_off_apart(state, at):
    """A cool-off of one symbol ends without ending another's."""
    first = changed(1, "AURORA.COOL_OFF", symbol="BTCUSDT", value=at(10).timestamp())
    second = changed(2, "AURORA.COOL_OFF", symbol="ETHUSDT", value=at(100).timestamp())
    found = state(50, first, second)
    assert [stop.symbol for stop in found.stops] == ["ETHUSDT"]


def test_two_escalations_halt_until_reset(state):
    """One escalation passes by itself; two within 300 s stay until OPS.RESET."""
    one, two = changed(1, "AURORA.ESCALATION"), changed(200, "AURORA.ESCALATION")
    assert state(122, one).triggered is False
    assert state(5_000, one, two).triggered is True
    assert state(5_000, one, two, changed(300, "AURORA.RESUME", "closed")).triggered is True
    assert state(5_000, one, two, changed(300, "OPS.RESET", "closed")).triggered is False
    apart = changed(400, "AURORA.ESCALATION")
    assert state(5_000, one, apart).triggered is False


def test_a_kill_switch_stays_until_reset(state):
    """Only OPS.RESET ends a kill switch, whatever kind its record was given."""
    kill = {"ts": 1, "kind": "alert", "code": "KILL_SWITCH_TRIGGERED", "text": "api timeout"}
    assert state(9_999, kill).triggered is True
    assert state(9_999, kill, changed(2, "AURORA.RESUME", "closed")).triggered is True
    assert state(9_999, kill, changed(2, "OPS.RESET", "closed")).triggered is False


def test_a_governance_halt_lasts_a_minute(state):
    """A halt by governance passes after 60 s."""
    halt = {"ts": 1, "kind": "governance.transition", "code": "GOVERNANCE.HALT"}
    assert state(60, halt).triggered is True
    assert state(62, halt).triggered is False


def test_one_bot_does_not_reset_another(state):
    """A reset of one source leaves the stops of the other."""
    rows = (changed(1, "AURORA.HALT", source="a"), changed(2, "OPS.RESET", "closed", source="b"))
    assert state(3, *rows).triggered is True


def test_a_burst_of_rejections_is_a_suspicion_not_a_trigger(make_notable, make_tally, at):
    """Five rejections by rate limit or lost connection are told, but nothing is claimed."""
    few = make_tally({"what": "order.rejected", "reason": "WHY_CONN_ERR", "n": 4})
    many = make_tally(
        {"what": "order.rejected", "reason": "WHY_CONN_ERR", "n": 3},
        {"what": "order.rejected", "reason": "WHY_RATE_LIMIT", "n": 2},
        {"what": "rejected", "reason": "WHY_RATE_LIMIT", "n": 2},
    )
    assert breaker(make_notable(), at(1), few).suspected is None
    found = breaker(make_notable(), at(1), many)
    assert str(found.suspected).startswith("5 of 5 orders rejected")
    assert found.triggered is None
    busy = make_tally(
        {"what": "order.rejected", "reason": "WHY_CONN_ERR", "n": 24},
        {"what": "submitted", "n": 6000},
    )
    assert breaker(make_notable(), at(1), busy).suspected is None
