"""The answers of several endpoints → one frame of each name, and where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data_sources.polled.poll import Poll
from data_sources.polled.rows import Row, Rows

EQUITY_TOLERANCE_RATIO: Final = 0.001
"""Two services ask at different moments: equities that differ by less tell the same."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one endpoint says about a ranked frame, and whether that may be believed."""

    endpoint: str
    rank: int
    fresh: bool
    made_up: bool
    as_of: pd.Timestamp | None
    rows: list[Row]


def merged(
    polls: Sequence[Poll], shape: Callable[[str, list[Row]], pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], list[Row]]:
    """Merge what endpoints said last.

    Frames without a rank hold the rows of all endpoints. Of a ranked frame the rows of one endpoint
    stand: of those that answer the best ranked, and where none does the best ranked that ever did.
    A placeholder is never believed.

    Args:
        polls: the endpoints.
        shape: makes a frame of a name from rows.

    Returns:
        The frames by name, `disagreements` among them, and the rows of `services` apart.
    """
    plain: dict[str, list[Row]] = {}
    ranked: dict[str, list[Claim]] = {}
    for poll in polls:
        for rule in poll.endpoint.rules:
            if rule.rank is None:
                plain.setdefault(rule.frame, [])
            else:
                ranked.setdefault(rule.frame, [])
            if rule.changed:
                plain[rule.frame] += poll.changes(rule)
        _collect(poll, plain, ranked)
    differences: list[Row] = []
    for frame, claims in ranked.items():
        best = believed(claims)
        plain.setdefault(frame, []).extend(best.rows if best else [])
        differences += disagreements(frame, claims, best)
    if ranked:
        plain["disagreements"] = differences
    services = plain.pop("services", [])
    return {frame: shape(frame, rows) for frame, rows in plain.items()}, services


def _collect(poll: Poll, plain: dict[str, list[Row]], ranked: dict[str, list[Claim]]) -> None:
    for rows in filter(None, (poll.rows, poll.made_up)):
        for rule, found in rows.of:
            if rule.rank is not None:
                ranked[rule.frame].append(_claim(poll, rule.rank, rows, found))
            elif not rows.placeholder and not rule.changed:
                plain[rule.frame] += found


def _claim(poll: Poll, rank: int, rows: Rows, found: list[Row]) -> Claim:
    fresh = poll.state == "ok" and not rows.placeholder
    as_of = rows.as_of or poll.as_of
    return Claim(poll.endpoint.name, rank, fresh, rows.placeholder, as_of, found)


def believed(claims: Sequence[Claim]) -> Claim | None:
    """The claim whose rows stand: fresh before old, then by rank; None when all are made up."""
    real = [claim for claim in claims if not claim.made_up]
    return min(real, key=lambda claim: (not claim.fresh, claim.rank), default=None)


def disagreements(frame: str, claims: Sequence[Claim], best: Claim | None) -> list[Row]:
    """Rows of `disagreements`: what the others say now that differs from what is believed.

    A placeholder always stands here, so that nobody takes it for an account.
    """
    found = []
    for claim in claims:
        if claim is best or not (claim.fresh or claim.made_up):
            continue
        told = dict(_numbers(frame, claim.rows))
        known = dict(_numbers(frame, best.rows)) if best else {}
        for what in sorted(told.keys() | known.keys()):
            ours, theirs = known.get(what), told.get(what)
            if best is not None and _same(frame, ours, theirs):
                continue
            found.append(
                {
                    "what": what,
                    "source_a": best.endpoint if best else None,
                    "value_a": _shown(ours),
                    "source_b": claim.endpoint + (" (placeholder)" if claim.made_up else ""),
                    "value_b": _shown(theirs),
                    "as_of": claim.as_of,
                }
            )
    return found


def _numbers(frame: str, rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    """What of a frame can be compared, by name."""
    if frame == "equity":
        for row in rows[:1]:
            if row.get("equity") is not None:
                yield "equity", float(row["equity"])
    elif frame == "positions":
        yield "positions", float(len(rows))
        for row in rows:
            quantity = row.get("quantity")
            if row.get("symbol") is not None and quantity is not None:
                short = str(row.get("position_side")).lower() in ("short", "sell")
                yield f"position {row['symbol']}", -abs(quantity) if short else float(quantity)


def _same(frame: str, ours: float | None, theirs: float | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    tolerance = EQUITY_TOLERANCE_RATIO if frame == "equity" else 1e-9
    return abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs))


def _shown(number: float | None) -> str | None:
    return None if number is None else f"{number:.12g}"
