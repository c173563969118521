"""Several sources that tell of the same account: whom to believe, and where they disagree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

EQUITY: Final = "equity"
POSITIONS: Final = "positions"
PLACEHOLDERS: Final = (10_000.0, 15_000.0, 100.0)
"""Equities that services make up when they know no account."""
PLACEHOLDER: Final = " (placeholder)"
"""Stands behind the name of whoever tells one."""
UNRANKED: Final = 1_000
COLUMNS: Final = {
    "what": "str",
    "source_a": "str",
    "value_a": "str",
    "source_b": "str",
    "value_b": "str",
    "as_of": "datetime64[ns, UTC]",
    "account_id": "str",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says about one thing of one account, and when that was true.

    Attributes:
        what: `equity`, `positions` (how many) or `position <symbol>` (signed quantity).
        account_id: empty where no account is named.
        source: who says it: a source's name, or a source and its stream.
        value: the number.
        as_of: of when it is.
        bare: whether it is a number of positions without their symbols: then its silence about a
            symbol says nothing.
    """

    what: str
    account_id: str
    source: str
    value: float
    as_of: pd.Timestamp
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """How claims are weighed.

    Attributes:
        ranks: source → rank, 1 is believed first; a source without a rank comes last.
        stale_after_seconds: a claim that is older than the newest one about the same thing by more
            than this says nothing about now: it is neither believed nor held against another.
        tolerance_ratio: equities that differ by less tell the same, because they are of different
            moments; quantities and counts must be equal.
        placeholders: equities that are never believed.
    """

    ranks: Mapping[str, int]
    stale_after_seconds: float = 300.0
    tolerance_ratio: float = 0.001
    placeholders: Sequence[float] = PLACEHOLDERS


def equity_claims(equity: pd.DataFrame, *, by: str = "source") -> list[Claim]:
    """The newest equity that each source tells of each account.

    Args:
        equity: a frame `equity`; points without a time or an equity are no claims.
        by: the column that tells sources apart; `raw_generation` for streams of one source.
    """
    known = equity[equity["equity"].notna() & equity["ts_event"].notna()]
    newest = known.sort_values("ts_event", kind="stable").drop_duplicates(
        ["account_id", by], keep="last"
    )
    return [
        Claim(EQUITY, _account(row), str(row[by]), float(row["equity"]), row["ts_event"])
        for row in newest.to_dict("records")
    ]


def position_claims(
    positions: pd.DataFrame,
    *,
    by: str = "source",
    flat: Mapping[tuple[str, str], pd.Timestamp] | None = None,
) -> list[Claim]:
    """What each source says about each position, and about how many there are.

    Args:
        positions: a frame `positions`, one row an open position as each source tells it now.
        by: the column that tells sources apart.
        flat: (account, source) → when it answered that nothing is open: that leaves no row.
    """
    claims = [
        Claim(POSITIONS, account, source, 0.0, as_of)
        for (account, source), as_of in (flat or {}).items()
    ]
    known = positions[positions["as_of"].notna()]
    for (account, source), rows in known.groupby(
        [known["account_id"].fillna(""), known[by]], observed=True
    ):
        newest = rows["as_of"].max()
        open_rows = rows[~(rows["quantity"] == 0)]
        count = float(len(open_rows))
        claims.append(Claim(POSITIONS, str(account), str(source), count, newest))
        claims += [
            Claim(f"position {symbol}", str(account), str(source), quantity, newest)
            for symbol, quantity in _signed(open_rows)
        ]
    return claims


def believed(claims: Iterable[Claim], trust: Trust) -> dict[tuple[str, str], Claim]:
    """(account, what) → the claim to believe; nothing where all are placeholders.

    Old claims and placeholders are left out, then the best rank wins, then the newest, then the
    source whose name comes first, so that the answer never depends on the order of the claims.
    """
    chosen = {}
    for key, group in _grouped(claims):
        current = [claim for claim in _current(group, trust) if not _made_up(claim, trust)]
        if current:
            chosen[key] = min(current, key=lambda claim: _weight(claim, trust))
    return chosen


def disagreements(claims: Iterable[Claim], trust: Trust) -> pd.DataFrame:
    """Where a source says now something else than the one that is believed.

    A placeholder always stands here and is called one, so that nobody takes it for an account. A
    position that the believed source of positions does not have stands here too, with a missing
    value.

    Returns:
        The frame `disagreements`, by account and thing: `what, source_a, value_a` (believed),
        `source_b, value_b` (the other), `as_of` (of the other), `account_id`.
    """
    claims = list(claims)
    chosen = believed(claims, trust)
    rows = []
    for key, group in _grouped([*claims, *_absent(claims)]):
        best = chosen.get(key)
        if key[1].startswith("position "):
            best = _position_best(key, group, chosen) or best
        for claim in _current(group, trust):
            if claim is best or (best is not None and _same(best, claim, trust)):
                continue
            if best is None and not _made_up(claim, trust):
                continue
            rows.append(_row(best, claim, made_up=_made_up(claim, trust)))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["as_of"] = pd.to_datetime(frame["as_of"], utc=True).dt.as_unit("ns")
    return frame.astype(COLUMNS)


def _absent(claims: Sequence[Claim]) -> Iterator[Claim]:
    """The silence of sources that tell of positions about those that only others have."""
    counts = [claim for claim in claims if claim.what == POSITIONS and not claim.bare]
    told = {(claim.account_id, claim.what, claim.source) for claim in claims}
    symbols = {(c.account_id, c.what) for c in claims if c.what.startswith("position ")}
    for account, what in sorted(symbols):
        for count in counts:
            if count.account_id == account and (account, what, count.source) not in told:
                yield Claim(what, account, count.source, math.nan, count.as_of)


def _position_best(
    key: tuple[str, str], group: Sequence[Claim], chosen: Mapping[tuple[str, str], Claim]
) -> Claim | None:
    """What the source says whose positions are believed as a whole: never a mixture of two."""
    count = chosen.get((key[0], POSITIONS))
    if count is None:
        return None
    return next((claim for claim in group if claim.source == count.source), None)


def _grouped(claims: Iterable[Claim]) -> list[tuple[tuple[str, str], list[Claim]]]:
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.account_id, claim.what), []).append(claim)
    return [(key, sorted(groups[key], key=lambda claim: claim.source)) for key in sorted(groups)]


def _current(group: Sequence[Claim], trust: Trust) -> list[Claim]:
    newest = max(claim.as_of for claim in group)
    oldest = newest - pd.Timedelta(seconds=trust.stale_after_seconds)
    return [claim for claim in group if claim.as_of >= oldest]


def _made_up(claim: Claim, trust: Trust) -> bool:
    return claim.what == EQUITY and claim.value in trust.placeholders


def _weight(claim: Claim, trust: Trust) -> tuple[int, int, str]:
    return trust.ranks.get(claim.source, UNRANKED), -claim.as_of.value, claim.source


def _same(best: Claim, claim: Claim, trust: Trust) -> bool:
    if math.isnan(best.value) or math.isnan(claim.value):
        return math.isnan(best.value) and math.isnan(claim.value)
    if _made_up(claim, trust):
        return False
    tolerance = trust.tolerance_ratio if claim.what == EQUITY else 1e-9
    return abs(best.value - claim.value) <= tolerance * max(abs(best.value), abs(claim.value))


def _row(best: Claim | None, claim: Claim, *, made_up: bool) -> dict[str, Any]:
    return {
        "what": claim.what,
        "source_a": None if best is None else best.source,
        "value_a": None if best is None else _shown(best.value),
        "source_b": claim.source + (PLACEHOLDER if made_up else ""),
        "value_b": _shown(claim.value),
        "as_of": claim.as_of,
        "account_id": claim.account_id or None,
    }


def _shown(value: float) -> str | None:
    return None if math.isnan(value) else f"{value:.12g}"


def _account(row: Mapping[Any, Any]) -> str:
    account = row.get("account_id")
    return account if isinstance(account, str) else ""


def _signed(rows: pd.DataFrame) -> list[tuple[str, float]]:
    """(symbol, quantity) of rows, short ones below zero, several of one symbol added up."""
    short = rows["position_side"].str.lower().isin(["short", "sell"])
    signed = rows["quantity"].abs().where(~short, -rows["quantity"].abs())
    signed = signed.where(rows["position_side"].notna(), rows["quantity"])
    total = signed.groupby(rows["symbol"], observed=True).sum(min_count=1).dropna()
    return [(str(symbol), float(quantity)) for symbol, quantity in total.items()]
