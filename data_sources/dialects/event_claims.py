"""Events → what they claim of their account, as a dialect's `[[claims]]` tables say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from data_sources.dialects.dialect import Dialect
from data_sources.dialects.event_frames import fields_of_event
from data_sources.dialects.key_path import KeyPath, Record
from data_sources.lines.classify import Facts
from data_sources.lines.transforms import number


@dataclass(frozen=True, slots=True)
class EventClaim:
    """What one event says of one thing.

    what        `equity`, or `positions`: how many are open
    teller      the event's code: of a stream its name
    rank        1 is believed first
    value       the number, as it was told: a placeholder too
    as_of       the time of the event
    account_id  None where no account is named
    """

    what: str
    teller: str
    rank: int
    value: float
    as_of: pd.Timestamp
    account_id: str | None


def claims_of(events: pd.DataFrame, dialect: Dialect) -> list[EventClaim]:
    """What the newest event of each code and account claims, by rank.

    An event without a time claims nothing, because nobody could say whether it is still true.

    Args:
        events: an event frame of a source that speaks this dialect, ascending in time.
        dialect: whose claim tables apply.
    """
    dated = events[events["ts_event"].notna()]
    newest = dated.drop_duplicates(["account_id", "code"], keep="last")
    names = ["ts_event", "account_id", "kind", "code", "attributes"]
    cells = [newest[name].astype(object).where(newest[name].notna(), None) for name in names]
    found = [
        claim
        for as_of, account_id, kind, code, attributes in zip(*cells, strict=True)
        for claim in _claims(dialect, as_of, account_id, kind, code, attributes)
    ]
    return sorted(found, key=lambda claim: claim.rank)


def _claims(
    dialect: Dialect,
    as_of: pd.Timestamp,
    account_id: str | None,
    kind: str | None,
    code: str | None,
    attributes: str | None,
) -> Iterator[EventClaim]:
    fields = fields_of_event(attributes, dialect)
    record = Record(fields, fields)
    facts = Facts(record, code, kind)
    for rule in dialect.claims:
        if rule.when.holds(facts):
            value = _number(rule.value, record)
            if math.isfinite(value):
                yield EventClaim(rule.what, code or "", rule.rank, value, as_of, account_id)


def _number(paths: tuple[KeyPath, ...], record: Record) -> float:
    values = (number(path.of(record)) for path in paths)
    return next((value for value in values if math.isfinite(value)), math.nan)
