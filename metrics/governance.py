"""What the bot's governance says: alpha budget, sequential test, last decision."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.base import metric
from metrics.rows import Row, Rows, Table, rows_of
from metrics.tally import is_event, sum_where


@dataclass(frozen=True, slots=True)
class Governance:
    """The newest word of each kind up to the moment asked for; None where nothing said it.

    alpha_score       signal score, −1 … 1; only if an event carries one
    alpha_spent, alpha_total   error budget of the sequential tests, probabilities
    alpha_decision    the last decision that came with an alpha event
    sprt_llr          log-likelihood ratio of the last sequential test, natural logarithm
    sprt_lower, sprt_upper     its bounds as that event states them; None: bounds unknown
    sprt_decision     the last verdict of a test in the origin's words
    sprt_said         the verdict of the event that states `sprt_llr`: what the origin made of it
    updates           SPRT.* and GOVERNANCE.* events of the window
    """

    alpha_score: float | None
    alpha_spent: float | None
    alpha_total: float | None
    alpha_decision: str | None
    sprt_llr: float | None
    sprt_lower: float | None
    sprt_upper: float | None
    sprt_decision: str | None
    updates: int
    sprt_said: str | None = None

    @property
    def alpha_budget_used(self) -> float | None:
        """Share of the error budget that is spent, 0–1 and above; None where a part is unknown."""
        if self.alpha_spent is None or not self.alpha_total:
            return None
        return self.alpha_spent / self.alpha_total

    @property
    def sprt_place(self) -> str | None:
        """Where the ratio stands: `above`, `below`, `between`, `bounds unknown`; None: no test.

        An origin that wants more samples goes on beyond a bound: `sprt_said` is another's word.
        """
        if self.sprt_llr is None:
            return None
        if self.sprt_lower is None or self.sprt_upper is None:
            return "bounds unknown"
        if self.sprt_llr >= self.sprt_upper:
            return "above"
        return "below" if self.sprt_llr <= self.sprt_lower else "between"


@metric(unit="mixed", needs=("notable_rows", "tally_rows"))
def governance(notable_rows: Table, tally_rows: Table) -> Governance:
    """Give the newest alpha and sequential-test figures, and the updates of the window.

    Units: score −1 … 1, budget as probability, ratio as natural logarithm, updates in events. The
    bounds come from the event itself (Wald: ln((1−β)/α) and ln(β/(1−α))); they are never guessed.
    """
    alpha = _newest_of_kind(notable_rows, "governance.alpha")
    tests = _newest_of_kind(notable_rows, "governance.sprt")
    told = _first_known(tests, "value")
    bounds = (None, None) if told is None else _bounds(_attributes(told))
    return Governance(
        alpha_score=_number(alpha, "confidence_ratio"),
        alpha_spent=_number(alpha, "value"),
        alpha_total=_attribute(alpha, "budget_total"),
        alpha_decision=_text(alpha, "decision"),
        sprt_llr=_number(tests, "value"),
        sprt_lower=bounds[0],
        sprt_upper=bounds[1],
        sprt_decision=_text(tests, "decision"),
        updates=_updates(tally_rows),
        sprt_said=None if told is None else _text([told], "decision"),
    )


@metric(unit="natural logarithm", needs=("notable_rows",))
def sprt_path(notable_rows: Table) -> pd.DataFrame:
    """Give the log-likelihood ratio of the sequential tests event by event with its bounds.

    Returns:
        `ts_event, llr, lower, upper`, ascending; bounds are NaN where the event states none.
    """
    tests = _newest_of_kind(notable_rows, "governance.sprt")
    told = [row for row in reversed(tests) if row.get("value") is not None]
    if not told:
        return pd.DataFrame(columns=["ts_event", "llr", "lower", "upper"])
    bounds = [_bounds(_attributes(row)) for row in told]
    lower, upper = ([_or_nan(pair[side]) for pair in bounds] for side in (0, 1))
    stamps = pd.to_datetime([row["ts_event"] for row in told], utc=True).as_unit("ns")
    path = {"ts_event": stamps, "llr": [row["value"] for row in told]}
    return pd.DataFrame(path | {"lower": lower, "upper": upper})


def _newest_of_kind(notable: Table, kind: str) -> Rows:
    """Give the rare events of a kind, the newest first."""
    return [row for row in reversed(rows_of(notable)) if row.get("kind") == kind]


def _updates(tally: Table) -> int:
    return sum_where(tally, lambda row: is_event(row["what"]) and _is_update(row["code"]))


def _is_update(code: str | None) -> bool:
    return code is not None and code.upper().startswith(("SPRT.", "GOVERNANCE."))


def _first_known(rows: Rows, column: str) -> Row | None:
    return next((row for row in rows if row.get(column) is not None), None)


def _number(rows: Rows, column: str) -> float | None:
    row = _first_known(rows, column)
    return None if row is None else _finite(row[column])


def _text(rows: Rows, column: str) -> str | None:
    row = _first_known(rows, column)
    return None if row is None else str(row[column])


def _attribute(rows: Rows, name: str) -> float | None:
    numbers = (_finite(_attributes(row).get(name)) for row in rows)
    return next((value for value in numbers if value is not None), None)


def _attributes(row: Row) -> Mapping[str, Any]:
    """Give the origin's own details of a row; nothing when they are missing or no object."""
    text = row.get("attributes")
    if not isinstance(text, str):
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bounds(attributes: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Give the lower and upper bound of a test: a pair, or an object of exactly two numbers."""
    stated = attributes.get("boundaries")
    parts = list(stated.values()) if isinstance(stated, dict) else stated
    if not isinstance(parts, list):
        return (None, None)
    numbers = [value for value in map(_finite, parts) if value is not None]
    return (min(numbers), max(numbers)) if len(numbers) == 2 else (None, None)


def _finite(value: Any) -> float | None:
    try:
        known = float(value)
    except (TypeError, ValueError):
        return None
    return known if math.isfinite(known) else None


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
