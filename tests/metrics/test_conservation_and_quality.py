"""No order and no line may vanish; a break names its identity."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.conservation import conservation, conservation_of_counts
from metrics.quality import line_account_total, line_accounts
from metrics.timeline import order_timeline


@pytest.fixture
def orders(at):
    """Three orders: filled, open and expired."""
    return pd.DataFrame(
        {
            "client_order_id": pd.array(["a", "b", None], dtype="str"),
            "status": pd.Categorical(["filled", "accepted", "expired"]),
            "ts_submitted": pd.Series([at(1), at(2), at(3)]).dt.as_unit("ns"),
            "ts_accepted": pd.Series([at(1.5), at(2.5), pd.NaT]).dt.as_unit("ns"),
            "order_quantity": [1.0, 2.0, None],
            "filled_quantity": [1.0, 0.5, None],
            "leaves_quantity": [0.0, 1.5, None],
            "raw_generation": pd.Categorical(["f#1", "f#1", "f#1"]),
            "raw_offset": [0, 100, 200],
        }
    )


@pytest.fixture
def tally(make_tally):
    """What the fold counted of the three."""
    return make_tally({"what": "submitted", "n": 3}, {"what": "accepted", "n": 2})


def test_what_adds_up_holds(orders, tally):
    """Three submitted are one filled, one open, one expired."""
    found = conservation(orders, tally, None, True)
    assert found.holds is True
    assert found.n == 3


def test_a_lost_order_names_the_identity_and_the_id(orders, tally):
    """An order in no known state breaks the sum, by its client id or its raw line."""
    orders["status"] = pd.Categorical(["filled", None, "beamed up"])
    found = conservation(orders, tally, None, True)
    assert found.holds is False
    (broken,) = found.breaks
    assert broken.name == "submitted + orphans = in flight + open + closed"
    assert (broken.left, broken.right, broken.ids) == (3, 1, ("b", "f#1:200"))


def test_more_filled_than_ordered_breaks(orders, tally):
    """A quantity that does not add up names its order."""
    orders["filled_quantity"] = [1.5, 0.5, None]
    orders["leaves_quantity"] = [-0.5, 1.5, None]
    (broken,) = conservation(orders, tally, None, True).breaks
    assert (broken.name, broken.ids) == ("order quantity = filled + leaves", ("a",))


def test_the_tally_must_agree_with_the_orders(orders, make_tally, at):
    """A step counted twice by the fold shows against the orders' own memory."""
    twice = make_tally({"what": "submitted", "n": 4}, {"what": "accepted", "n": 2})
    (broken,) = conservation(orders, twice, None, True).breaks
    assert broken.name.startswith("submitted in the tally")
    assert (broken.left, broken.right) == (4, 3)
    assert conservation(orders, twice, None, False).holds is True
    in_window = make_tally({"what": "submitted", "n": 1}, {"what": "accepted", "n": 1})
    assert conservation(orders, in_window, at(2), True).holds is True


def test_counts_alone_show_a_vanished_order(make_tally, orders):
    """Over everything: what was born is open or closed; an end out of nowhere is no break."""
    born = {"what": "submitted", "n": 5}, {"what": "orphan", "n": 1}
    closed = {"what": "filled", "n": 2}, {"what": "expired", "n": 1}
    found = conservation_of_counts(orders, make_tally(*born, *closed), True)
    assert (found.holds, found.n) == (True, 6)
    lost = conservation_of_counts(orders[:2], make_tally(*born, *closed), True)
    (broken,) = lost.breaks
    assert (broken.left, broken.right) == (6, 5)
    assert "open + closed" in broken.name
    more = conservation_of_counts(orders, make_tally(*born, *closed, {"what": "rejected"}), True)
    assert more.holds is True
    assert conservation_of_counts(orders, make_tally(*born), False).holds is None


def test_no_orders_prove_nothing(make_tally):
    """Without orders the check neither holds nor breaks."""
    assert conservation(pd.DataFrame(), make_tally(), None, True).holds is None


def test_lines_are_accounted_for():
    """lines_in = accepted + Σ quarantined + duplicates + blank, by source and together."""
    good = {
        "name": "good",
        "lines_in": 10,
        "accepted": 6,
        "quarantined": {"not JSON": 2, "no object": 0},
        "duplicates": 1,
        "blank": 1,
    }
    lossy = {"name": "lossy", "lines_in": 5, "accepted": 4, "quarantined": None}
    accounts = line_accounts([good, lossy, {"name": "api", "kind": "health"}])
    assert [one.balanced for one in accounts] == [True, False]
    assert accounts[1].missing == 1
    assert accounts[0].quarantine.value == pytest.approx(0.2)
    whole = line_account_total([good, lossy])
    assert (whole.lines_in, whole.missing, whole.quarantined) == (15, 1, 2)
    assert line_account_total([]).quarantine.value is None


def test_the_timeline_counts_by_bin(at):
    """One row a bin with its funnel and its events; closes and twins are left out."""
    tally = pd.DataFrame(
        {
            "ts": pd.Series([at(0), at(0), at(0), at(5), at(5), at(5)]),
            "what": pd.Categorical(
                ["submitted", "order.submitted", "submitted", "filled", "order.denied", "signal"]
            ),
            "position_effect": pd.Categorical(["open", "open", "close", "open", None, None]),
            "n": [2, 3, 1, 1, 4, 7],
        }
    )
    found = order_timeline(tally)
    assert found["ts"].tolist() == [at(0), at(5)]
    assert found["submitted"].tolist() == [2, 0]
    assert found["filled"].tolist() == [0, 1]
    assert found["denied"].tolist() == [0, 4]
    assert found["events"].tolist() == [3, 11]
    assert order_timeline(pd.DataFrame())["events"].sum() == 0
