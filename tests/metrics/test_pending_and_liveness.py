"""What waits, and who is alive without working."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.liveness import liveness
from metrics.pending import pending


@pytest.fixture
def open_orders(at):
    """Two opens of 5 and 100 s, one in flight, and a close."""
    return pd.DataFrame(
        {
            "status": pd.Categorical(["accepted", "submitted", "accepted", "accepted"]),
            "position_effect": pd.Categorical(["open", None, "close", "open"]),
            "ts_submitted": pd.Series([at(0), at(95), at(1), pd.NaT]).dt.as_unit("ns"),
            "ts_accepted": pd.Series([at(1), pd.NaT, at(2), at(70)]).dt.as_unit("ns"),
        }
    )


def test_pending_counts_opens_with_their_ages(open_orders, at):
    """Closes are left out; an order whose submit is unknown ages from its acknowledgement."""
    found = pending(open_orders, at(100))
    assert found.pending_orders == 3
    assert found.unacknowledged == 1
    assert found.oldest_age_seconds == 100
    assert found.median_age_seconds == 30


def test_nothing_pending_has_no_age(at):
    """Without open orders the count is 0 and the ages are unknown."""
    found = pending(pd.DataFrame(), at(0))
    assert (found.pending_orders, found.oldest_age_seconds) == (0, None)


def activity(at, *, last_event, last_action, gap=2.0, n=50):
    return pd.DataFrame(
        {
            "source": ["bot"],
            "ts_last_event": [at(last_event)],
            "ts_last_action": [pd.NaT if last_action is None else at(last_action)],
            "usual_gap_seconds": [gap],
            "n": [n],
        }
    )


def test_who_acts_within_its_own_pace_works(at):
    """Up to three times its usual gap a bot is working."""
    assert liveness(activity(at, last_event=94, last_action=94), [], at(100))[0].state == "working"


def test_alive_not_working(at):
    """Events without actions beyond three gaps: it lives, it does not work."""
    found = liveness(activity(at, last_event=99, last_action=93), [], at(100))[0]
    assert found.state == "alive, not working"
    assert (found.quiet_seconds, found.usual_gap_seconds, found.n) == (7.0, 2.0, 50)
    assert found.evidence == "bot still writes events"


def test_an_answering_health_check_is_evidence(at):
    """A 200 that says ok beside a silent log is the classic of a dead loop."""
    quiet = activity(at, last_event=50, last_action=50)
    checks = [{"name": "bot", "kind": "jsonl"}, {"name": "api", "kind": "health", "state": "ok"}]
    assert liveness(quiet, checks, at(100))[0].state == "alive, not working"
    assert liveness(quiet, checks, at(100))[0].evidence == "health check api answers ok"
    checks[1]["state"] = "down"
    assert liveness(quiet, checks, at(100))[0].state == "silent"


def test_a_health_check_without_an_account_is_of_the_only_bot(at):
    """Beside a second log that acts, nobody knows which of the two it answers for."""
    quiet = activity(at, last_event=50, last_action=50)
    both = pd.concat([quiet, quiet.assign(source="another")], ignore_index=True)
    checks = [{"name": "api", "kind": "health", "state": "ok"}]
    assert [one.state for one in liveness(quiet, checks, at(100))] == ["alive, not working"]
    assert [one.state for one in liveness(both, checks, at(100))] == ["silent", "silent"]
    checks = [{"name": "bot", "account_id": "A1"}, {**checks[0], "account_id": "A1"}]
    assert [one.state for one in liveness(both, checks, at(100))] == [
        "alive, not working",
        "silent",
    ]


def test_a_health_check_of_another_account_is_no_evidence(at):
    """Where both name an account they must be the same."""
    quiet = activity(at, last_event=50, last_action=50)
    checks = [
        {"name": "bot", "kind": "jsonl", "account_id": "A1"},
        {"name": "api", "kind": "health", "state": "ok", "account_id": "A2"},
    ]
    assert liveness(quiet, checks, at(100))[0].state == "silent"


def test_a_closed_market_may_be_quiet(at):
    """Nobody is blamed for silence while the market is closed."""
    quiet = activity(at, last_event=99, last_action=10)
    found = liveness(quiet, [], at(100), closed_markets=frozenset({"bot"}))[0]
    assert found.state == "market closed"


def test_a_night_is_no_silence_of_the_bot(at):
    """Quiet counts from when the market opened: at the open nobody is late yet."""
    quiet = activity(at, last_event=99, last_action=10)
    state = [liveness(quiet, [], at(100), opened=(("bot", at(when)),))[0].state for when in (99, 5)]
    assert state == ["working", "alive, not working"]


@pytest.mark.parametrize(
    ("stale_after_seconds", "hours", "state"),
    [
        (10.0, 0.02, "working"),
        (10.0, 0.03, "stale"),
        (10.0, 22, "stale"),
        (3_600.0, 9.9, "working"),
        (3_600.0, 10.1, "stale"),
        (86_400.0, 47, "working"),
        (86_400.0, 49, "stale"),
        (None, 22, "working"),
        (10.0, 61, "silent"),
    ],
)
def test_an_old_log_with_pauses_in_it_is_not_called_working(at, stale_after_seconds, hours, state):
    """Its usual gap is a night of 20 h; far beyond what its source may be old nobody works."""
    old = activity(at, last_event=0, last_action=0, gap=20 * 3_600.0)
    source = {"name": "bot", "kind": "jsonl", "stale_after_seconds": stale_after_seconds}
    assert liveness(old, [source], at(hours * 3_600))[0].state == state


def test_an_old_log_does_not_work_because_its_market_opens(at):
    """Quiet counts from the opening, a month without a line does not; a closed one is closed."""
    old = activity(at, last_event=0, last_action=0)
    source = {"name": "bot", "kind": "jsonl", "stale_after_seconds": 60_000.0}
    month = at(30 * 86_400)
    assert liveness(old, [source], month, opened=(("bot", month),))[0].state == "stale"
    shut = liveness(old, [source], month, closed_markets=frozenset({"bot"}))
    assert shut[0].state == "market closed"


@pytest.mark.parametrize("bad", [{"n": 3}, {"gap": None}, {"last_action": None}])
def test_too_little_is_unknown(at, bad):
    """Without enough actions there is no usual gap, so nothing is claimed."""
    row = {"last_event": 99, "last_action": 10} | bad
    assert liveness(activity(at, **row), [], at(100))[0].state == "unknown"


def test_no_activity_is_no_bot(at):
    """A desk without events has nobody to judge."""
    assert liveness(pd.DataFrame(), [], at(0)) == ()
