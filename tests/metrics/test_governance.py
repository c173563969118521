"""Governance says only what an event said."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from metrics.governance import governance, sprt_path


def test_nothing_said_is_unknown(make_notable, make_tally):
    """Without an event there is no score, no ratio, no decision, and no update."""
    for notable in (make_notable(), pd.DataFrame()):
        said = governance(notable, make_tally())
        assert said.alpha_score is None
        assert said.alpha_budget_used is None
        assert said.sprt_llr is None
        assert said.sprt_place is None
        assert said.alpha_decision is None
        assert said.updates == 0


def test_the_newest_word_of_each_kind_wins(make_notable, make_tally):
    """Score, spent, total, decision and ratio come each from the newest event that has it."""
    notable = make_notable(
        {"ts": 1, "kind": "governance.alpha", "confidence_ratio": 0.4, "decision": "allow"},
        {
            "ts": 2,
            "kind": "governance.alpha",
            "value": 0.02,
            "attributes": json.dumps({"spent_total": 0.02, "budget_total": "0.10"}),
        },
        {"ts": 3, "kind": "governance.sprt", "value": 1.0, "attributes": "{}"},
        {
            "ts": 4,
            "kind": "governance.sprt",
            "value": 2.1,
            "decision": "continue",
            "attributes": json.dumps({"boundaries": {"A": 2.77, "B": -1.558}}),
        },
    )
    said = governance(notable, make_tally())
    assert (said.alpha_score, said.alpha_spent, said.alpha_total) == (0.4, 0.02, 0.10)
    assert said.alpha_budget_used == pytest.approx(0.2)
    assert said.alpha_decision == "allow"
    assert (said.sprt_llr, said.sprt_lower, said.sprt_upper) == (2.1, -1.558, 2.77)
    assert said.sprt_place == "between"
    assert said.sprt_decision == "continue"


@pytest.mark.parametrize(
    ("llr", "boundaries", "place"),
    [
        (3.0, [-1.558, 2.77], "above"),
        (-2.0, [-1.558, 2.77], "below"),
        (2.0, None, "bounds unknown"),
        (2.0, [1.0], "bounds unknown"),
        (2.0, "2.77", "bounds unknown"),
        (2.0, {"A": "high", "B": -1.0}, "bounds unknown"),
    ],
)
def test_bounds_come_from_the_event_or_are_unknown(
    make_notable, make_tally, llr, boundaries, place
):
    """A ratio is placed between the bounds of its own event; a guess is never made."""
    notable = make_notable(
        {
            "ts": 1,
            "kind": "governance.sprt",
            "value": llr,
            "attributes": json.dumps({"boundaries": boundaries}),
        }
    )
    assert governance(notable, make_tally()).sprt_place == place


@pytest.mark.parametrize("attributes", [None, "not json", "[1]", '"text"', "{"])
def test_hostile_details_break_nothing(make_notable, make_tally, attributes):
    """Details that are no JSON object leave the bounds unknown and nothing else."""
    row = {"ts": 1, "kind": "governance.sprt", "value": 1.5, "attributes": attributes}
    assert governance(make_notable(row), make_tally()).sprt_place == "bounds unknown"


def test_the_verdict_on_a_ratio_is_that_of_its_own_line(make_notable, make_tally):
    """Below its bound, the bot goes on: two words by two tellers, and a later word is no third."""
    notable = make_notable(
        {
            "ts": 1,
            "kind": "governance.sprt",
            "value": -2.5,
            "decision": "continue",
            "attributes": json.dumps({"boundaries": [-1.558, 2.77]}),
        },
        {"ts": 2, "kind": "governance.sprt", "decision": "h1"},
    )
    said = governance(notable, make_tally())
    assert (said.sprt_place, said.sprt_said, said.sprt_decision) == ("below", "continue", "h1")
    silent = make_notable({"ts": 1, "kind": "governance.sprt", "value": 1.0})
    assert governance(silent, make_tally()).sprt_said is None


def test_updates_count_tests_and_governance_of_the_window(make_notable, make_tally):
    """SPRT.* and GOVERNANCE.* count, whatever their letters; a budget update does not."""
    tally = make_tally(
        {"what": "governance.sprt", "code": "SPRT.CONTINUE", "n": 4},
        {"what": "governance.transition", "code": "governance.transition", "n": 2},
        {"what": "governance.alpha", "code": "ALPHA.LEDGER.UPDATE", "n": 8},
        {"what": "signal", "code": "ORDER.INTENT.RECEIVED"},
    )
    assert governance(make_notable(), tally).updates == 6


def test_the_path_of_the_ratio(make_notable):
    """One row a test event with a ratio, with the bounds that it states."""
    notable = make_notable(
        {"ts": 1, "kind": "governance.sprt", "value": 0.5},
        {"ts": 2, "kind": "governance.sprt"},
        {"ts": 3, "kind": "governance.sprt", "value": 1.5, "attributes": '{"boundaries": [-2, 2]}'},
    )
    path = sprt_path(notable)
    assert path["llr"].tolist() == [0.5, 1.5]
    assert path["upper"].tolist()[1] == 2.0
    assert path["lower"].isna().tolist() == [True, False]
    assert sprt_path(pd.DataFrame()).empty
