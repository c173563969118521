"""Several sources of one account: the best current one is believed, every difference is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from ledger.conflicts import (
    EQUITY,
    PLACEHOLDER,
    POSITIONS,
    Claim,
    Trust,
    believed,
    disagreements,
    equity_claims,
    position_claims,
)

NOW = pd.Timestamp("2026-02-17T21:46:05Z")
TRUST = Trust({"account.balance": 1, "portfolio.state": 2, "portfolio.snapshot_updated": 3})


MADE_UP = "portfolio.snapshot_updated (placeholder)"


def claim(what: str, source: str, value: float, seconds_ago: float = 0) -> Claim:
    return Claim(what, "", source, value, NOW - pd.Timedelta(seconds=seconds_ago))


def told(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = ["what", "source_a", "value_a", "source_b", "value_b"]
    return list(frame[columns].fillna("-").itertuples(index=False, name=None))


@pytest.fixture
def three_truths(realdata: Path) -> list[Claim]:
    """What three captured streams said at the same moment."""
    file = realdata / "quantum_trader/redis_2026-02-17/stream_first_last.jsonl"
    last = {
        entry["stream"].removeprefix("quantum:stream:"): entry["fields"]
        for entry in map(json.loads, file.read_text().splitlines())
        if entry["which"] == "last"
    }
    snapshot = json.loads(last["portfolio.snapshot_updated"]["payload"])
    state, balance = last["portfolio.state"], last["account.balance"]
    return [
        claim(EQUITY, "portfolio.snapshot_updated", snapshot["total_equity"], 2),
        claim(EQUITY, "portfolio.state", float(state["equity_usd"])),
        claim(EQUITY, "account.balance", float(balance["balance"]), 25),
        claim(POSITIONS, "portfolio.snapshot_updated", snapshot["num_positions"], 2),
        claim(POSITIONS, "portfolio.state", float(state["positions_count"])),
        claim(POSITIONS, "account.balance", float(balance["positions"]), 25),
    ]


def test_three_truths_at_the_same_moment(three_truths: list[Claim]) -> None:
    """10000.0 is never believed; 3902.69 and 3902.686 agree; 14, 47 and 0 positions do not."""
    chosen = believed(three_truths, TRUST)

    assert chosen["", EQUITY].value == 3902.68617702
    assert chosen["", POSITIONS].value == 14
    assert told(disagreements(three_truths, TRUST)) == [
        ("equity", "account.balance", "3902.68617702", MADE_UP, "10000"),
        ("positions", "account.balance", "14", "portfolio.snapshot_updated", "0"),
        ("positions", "account.balance", "14", "portfolio.state", "47"),
    ]


def test_a_placeholder_alone_is_told_and_not_believed() -> None:
    """Nothing else is known: no equity, and a row that says why."""
    claims = [claim(EQUITY, "bff", 15_000.0)]
    assert believed(claims, TRUST) == {}
    assert told(disagreements(claims, TRUST)) == [
        ("equity", "-", "-", "bff (placeholder)", "15000")
    ]


def test_an_old_claim_is_neither_believed_nor_held_against_another() -> None:
    """The best ranked source fell silent ten minutes ago: the next one stands, alone."""
    claims = [claim(EQUITY, "account.balance", 4_000.0, 600), claim(EQUITY, "x", 3_900.0)]
    assert believed(claims, TRUST)["", EQUITY].source == "x"
    assert disagreements(claims, TRUST).empty


def test_accounts_are_never_mixed() -> None:
    """Two accounts with different equities agree with themselves."""
    claims = [Claim(EQUITY, "A", "s", 1.0, NOW), Claim(EQUITY, "B", "t", 2.0, NOW)]
    assert set(believed(claims, TRUST)) == {("A", EQUITY), ("B", EQUITY)}
    assert disagreements(claims, TRUST).empty


def test_frames_become_claims() -> None:
    """The newest equity of each source; positions by symbol, short ones below zero."""
    equity = pd.DataFrame(
        {
            "ts_event": [NOW, NOW - pd.Timedelta("1min"), pd.NaT],
            "equity": [5.0, 4.0, 9.0],
            "source": ["a", "a", "b"],
            "account_id": pd.Series([None, None, None], dtype="str"),
        }
    )
    assert equity_claims(equity) == [Claim(EQUITY, "", "a", 5.0, NOW)]
    positions = pd.DataFrame(
        {
            "symbol": ["BTC", "BTC", "ETH", "SOL"],
            "position_side": pd.Series(["long", "long", "short", None], dtype="str"),
            "quantity": [1.0, 2.0, 3.0, 0.0],
            "source": ["a", "a", "a", "a"],
            "account_id": pd.Series(["A1"] * 4, dtype="str"),
            "as_of": [NOW] * 4,
        }
    )
    found = position_claims(positions, flat={("A1", "b"): NOW})
    assert {(c.source, c.what, c.value) for c in found} == {
        ("a", "positions", 3.0),
        ("a", "position BTC", 3.0),
        ("a", "position ETH", -3.0),
        ("b", "positions", 0.0),
    }
    trust = Trust({"b": 1})
    assert told(disagreements(found, trust)) == [
        ("position BTC", "b", "-", "a", "3"),
        ("position ETH", "b", "-", "a", "-3"),
        ("positions", "b", "0", "a", "3"),
    ]


def test_a_bare_number_of_positions_says_nothing_of_symbols() -> None:
    """14 positions without names: BTC may be among them, so nobody disagrees about it."""
    claims = [
        Claim(POSITIONS, "", "account.balance", 14.0, NOW, bare=True),
        claim(POSITIONS, "service", 1.0),
        claim("position BTC", "service", 2.0),
    ]
    assert told(disagreements(claims, TRUST)) == [
        ("positions", "account.balance", "14", "service", "1")
    ]


values = st.sampled_from([0.0, 100.0, 3_900.0, 3_901.0, 5_000.0, 10_000.0])
claims_strategy = st.lists(
    st.builds(
        claim,
        st.sampled_from([EQUITY, POSITIONS, "position BTC"]),
        st.sampled_from(["a", "b", "c", "account.balance"]),
        values,
        st.sampled_from([0.0, 10.0, 1_000.0]),
    ),
    max_size=12,
    unique_by=lambda each: (each.what, each.source),
)


@given(claims_strategy, st.randoms(use_true_random=False))
def test_the_order_of_the_claims_never_matters(claims: list[Claim], chance: Any) -> None:
    """The same claims in any order: the same belief, the same table."""
    mixed = list(claims)
    chance.shuffle(mixed)
    assert believed(mixed, TRUST) == believed(claims, TRUST)
    pd.testing.assert_frame_equal(disagreements(mixed, TRUST), disagreements(claims, TRUST))


@given(claims_strategy)
def test_what_is_believed_is_current_and_no_placeholder(claims: list[Claim]) -> None:
    """Never a made-up equity, never an old claim; and no source disagrees with itself."""
    for (_, what), best in believed(claims, TRUST).items():
        assert what != EQUITY or best.value not in TRUST.placeholders
        newest = max(c.as_of for c in claims if c.what == what)
        assert (newest - best.as_of).total_seconds() <= TRUST.stale_after_seconds
    frame = disagreements(claims, TRUST)
    assert not (frame["source_a"] == frame["source_b"].str.removesuffix(PLACEHOLDER)).any()


@given(st.sampled_from([EQUITY, POSITIONS]), values, st.integers(1, 4))
def test_sources_that_agree_leave_nothing(what: str, value: float, number: int) -> None:
    """Equal claims are no disagreement, unless all of them are made up."""
    claims = [claim(what, f"s{n}", value) for n in range(number)]
    made_up = what == EQUITY and value in TRUST.placeholders
    assert len(disagreements(claims, TRUST)) == (number if made_up else 0)
