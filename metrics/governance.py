"""What the bot's governance says: alpha budget, sequential test, last decision."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from metrics.base import metric
from metrics.tally import event_rows, mask, rows_where


@dataclass(frozen=True, slots=True)
class Governance:
    """The newest word of each kind up to the moment asked for; None where nothing said it.

    alpha_score       signal score, −1 … 1; only if an event carries one
    alpha_spent, alpha_total   error budget of the sequential tests, probabilities
    alpha_decision    the last decision that came with an alpha event
    sprt_llr          log-likelihood ratio of the last sequential test, natural logarithm
    sprt_lower, sprt_upper     its bounds as that event states them; None: bounds unknown
    sprt_decision     the last verdict of a test in the origin's words
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

    @property
    def alpha_budget_used(self) -> float | None:
        """Share of the error budget that is spent, 0–1 and above; None where a part is unknown."""
        if self.alpha_spent is None or not self.alpha_total:
            return None
        return self.alpha_spent / self.alpha_total

    @property
    def sprt_place(self) -> str | None:
        """Where the ratio stands: `above`, `below`, `between`, `bounds unknown`; None: no test."""
        if self.sprt_llr is None:
            return None
        if self.sprt_lower is None or self.sprt_upper is None:
            return "bounds unknown"
        if self.sprt_llr >= self.sprt_upper:
            return "above"
        return "below" if self.sprt_llr <= self.sprt_lower else "between"


@metric(unit="mixed", needs=("notable", "tally"))
def governance(notable: pd.DataFrame, tally: pd.DataFrame) -> Governance:
    """Give the newest alpha and sequential-test figures, and the updates of the window.

    Units: score −1 … 1, budget as probability, ratio as natural logarithm, updates in events. The
    bounds come from the event itself (Wald: ln((1−β)/α) and ln(β/(1−α))); they are never guessed.
    """
    alpha = _of_kind(notable, "governance.alpha")
    tests = _of_kind(notable, "governance.sprt")
    llr_at = _last_row(tests, "value")
    bounds = (None, None) if llr_at is None else _bounds(_attributes(tests, llr_at))
    return Governance(
        alpha_score=_last_number(alpha, "confidence_ratio"),
        alpha_spent=_last_number(alpha, "value"),
        alpha_total=_last_attribute(alpha, "budget_total"),
        alpha_decision=_last_text(alpha, "decision"),
        sprt_llr=_last_number(tests, "value"),
        sprt_lower=bounds[0],
        sprt_upper=bounds[1],
        sprt_decision=_last_text(tests, "decision"),
        updates=_updates(tally),
    )


@metric(unit="natural logarithm", needs=("notable",))
def sprt_path(notable: pd.DataFrame) -> pd.DataFrame:
    """Give the log-likelihood ratio of the sequential tests event by event with its bounds.

    Returns:
        `ts_event, llr, lower, upper`, ascending; bounds are NaN where the event states none.
    """
    tests = _of_kind(notable, "governance.sprt")
    if "value" not in tests.columns or tests.empty:
        return pd.DataFrame(columns=["ts_event", "llr", "lower", "upper"])
    tests = tests[tests["value"].notna()].reset_index(drop=True)
    bounds = [_bounds(_attributes(tests, row)) for row in range(len(tests))]
    lower, upper = ([_or_nan(pair[side]) for pair in bounds] for side in (0, 1))
    path = {"ts_event": tests["ts_event"], "llr": tests["value"], "lower": lower, "upper": upper}
    return pd.DataFrame(path)


def _of_kind(notable: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = mask(notable, "kind", (kind,))
    return notable[rows] if rows.any() else notable.iloc[:0]


def _updates(tally: pd.DataFrame) -> int:
    named = rows_where(
        tally, "code", lambda code: code.upper().startswith(("SPRT.", "GOVERNANCE."))
    )
    rows = event_rows(tally) & named
    return int(tally["n"].to_numpy()[rows].sum()) if rows.any() else 0


def _last_row(frame: pd.DataFrame, column: str) -> int | None:
    """Give the position of the newest row in which the column is known."""
    if column not in frame.columns:
        return None
    known = np.flatnonzero(np.asarray(frame[column].notna(), dtype=np.bool_))
    return int(known[-1]) if known.size else None


def _last_number(frame: pd.DataFrame, column: str) -> float | None:
    row = _last_row(frame, column)
    return None if row is None else _finite(frame[column].iloc[row])


def _last_text(frame: pd.DataFrame, column: str) -> str | None:
    row = _last_row(frame, column)
    return None if row is None else str(frame[column].iloc[row])


def _last_attribute(frame: pd.DataFrame, name: str) -> float | None:
    for row in range(len(frame) - 1, -1, -1):
        value = _finite(_attributes(frame, row).get(name))
        if value is not None:
            return value
    return None


def _attributes(frame: pd.DataFrame, row: int) -> Mapping[str, Any]:
    """Give the origin's own details of a row; nothing when they are missing or no object."""
    text = frame["attributes"].iloc[row] if "attributes" in frame.columns else None
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
