"""An answer → rows of the agreed frames, as an endpoint's mapping says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data_sources.dialects.event_frames import cell_value
from data_sources.dialects.frame_rule import EACH
from data_sources.dialects.key_path import DETAILS, KeyPath, Record
from data_sources.frames import FRAMES
from data_sources.json_answer import BadPayloadError
from data_sources.lines.classify import Facts
from data_sources.lines.timestamps import BadTimeError, epoch_ns
from data_sources.lines.transforms import word
from data_sources.polled.mapping import BODY, Endpoint, RowRule

Row = dict[str, Any]
Identity = tuple[str, ...]


@dataclass(slots=True)
class Rows:
    """What one answer says.

    Attributes:
        of: rule → its rows.
        as_of: when the answer is of; None when it does not say.
        placeholder: whether the service made it up.
        seen: how many rows stood in the answer.
        set_aside: reason → rows that are none, or no data.
        known: what makes a row known again, where that is said → it.
        repeated: how many rows stood in the answer once more.
    """

    of: list[tuple[RowRule, list[Row]]] = field(default_factory=list)
    as_of: pd.Timestamp | None = None
    placeholder: bool = False
    seen: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    known: dict[Identity, Row] = field(default_factory=dict)
    repeated: int = 0

    def goes_on_from(self, before: Rows) -> None:
        """Give rows that were known before the time at which they were told first."""
        for identity, row in self.known.items():
            told = before.known.get(identity)
            if told is not None:
                _told_first(row, told)


def rows_of(body: Any, endpoint: Endpoint, zone: dt.tzinfo, now: pd.Timestamp) -> Rows:
    """Read an answer by an endpoint's mapping.

    Args:
        body: the JSON value.
        endpoint: whose mapping applies.
        zone: what a time without a zone means.
        now: stands where a row should say of when it is and does not.

    Raises:
        BadPayloadError: when there are no rows where they should be.
    """
    fields = {**body, BODY: body} if isinstance(body, dict) else {BODY: body}
    record = _record(fields)
    found = Rows(as_of=_time(record, endpoint.time, zone))
    if endpoint.placeholder is not None:
        found.placeholder = endpoint.placeholder.holds(Facts(record))
    for rule in endpoint.rules:
        rows = [
            (entry, _row(rule, entry, zone, found.as_of or now))
            for entry in _entries(record, rule, found)
        ]
        found.of.append((rule, [row for entry, row in rows if _is_news(rule, entry, row, found)]))
    return found


def _entries(whole: Record, rule: RowRule, found: Rows) -> Iterator[Record]:
    """The rows as they stand in the answer, without those that are none."""
    for key, value in _listed(whole, rule):
        found.seen += 1
        if not isinstance(value, dict):
            found.set_aside["not_object"] = found.set_aside.get("not_object", 0) + 1
            continue
        fields = {**value, BODY: whole.fields[BODY], EACH: {"@key": key}}
        record = _record(fields)
        if any(condition.holds(Facts(record)) for condition in rule.skip):
            found.set_aside["mock"] = found.set_aside.get("mock", 0) + 1
            continue
        yield record


def _is_news(rule: RowRule, entry: Record, row: Row, found: Rows) -> bool:
    """Whether a row was not told before in its answer; without all of its marks nobody knows."""
    marks = [word(path.of(entry)) for path in rule.same]
    if not marks or None in marks:
        return True
    identity = (rule.frame, *map(str, marks))
    known = found.known.setdefault(identity, row)
    if known is not row:
        found.repeated += 1
        _told_first(known, row)
    return known is row


def _told_first(row: Row, other: Row) -> None:
    """Take over the time of the same row, told elsewhere, where it is the earlier one."""
    times = [each["ts_event"] for each in (row, other) if each.get("ts_event") is not None]
    if times:
        row["ts_event"] = min(times)


def _record(fields: Row) -> Record:
    """The fields as a dialect's paths see them; `details.x` is x of the key `details`."""
    details = fields.get(DETAILS)
    return Record(fields, details if isinstance(details, dict) else {})


def _listed(whole: Record, rule: RowRule) -> list[tuple[Any, Any]]:
    if not rule.rows:
        return [("", whole.fields[BODY])]
    for path in rule.rows:
        value = path.of(whole)
        if isinstance(value, list):
            return list(enumerate(value))
        # The body itself is the last resort of several paths: an object there is an error text.
        if isinstance(value, dict) and path.text != BODY:
            return list(value.items())
    places = " or ".join("the answer itself" if p.text == BODY else p.text for p in rule.rows)
    raise BadPayloadError(f"there is no list at {places}")


def _row(rule: RowRule, record: Record, zone: dt.tzinfo, as_of: pd.Timestamp) -> Row:
    row = {name: cell_value(cell, record, zone) for name, cell in rule.cells.items()}
    if rule.tell:
        told = [f"{path.text} {text}" for path in rule.tell if (text := _text(path.of(record)))]
        row["detail"] = ", ".join(told) or row.get("detail")
    for name in ("as_of", "ts_event") if rule.frame == "equity" else ("as_of",):
        if name in FRAMES[rule.frame] and row.get(name) is None:
            row[name] = as_of
    return row


def _text(value: Any) -> str:
    """A value in a few printable words."""
    if isinstance(value, list):
        value = "; ".join(filter(None, (word(item) for item in value[:5])))
    text = word(value) or ""
    return "".join(c if c.isprintable() else " " for c in text)[:200]


def _time(record: Record, paths: tuple[KeyPath, ...], zone: dt.tzinfo) -> pd.Timestamp | None:
    for path in paths:
        value = path.of(record)
        if value is None:
            continue
        try:
            ns, _ = epoch_ns(value, zone)
        except BadTimeError:
            continue
        return pd.Timestamp(ns, unit="ns", tz="UTC")
    return None
