"""Events → the agreed frames beside them, as a dialect's `[frames.<name>]` tables say."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
import numpy as np
import pandas as pd

from data_sources.columns import EVENT_COLUMNS
from data_sources.dialects.dialect import Dialect
from data_sources.dialects.frame_rule import EACH, FILLS, ORDERS, TERMS, Cell, FrameRule
from data_sources.dialects.key_path import WHOLE, KeyPath, Record
from data_sources.dialects.retold import TIMES, collapsed
from data_sources.frames import COUNT, FLAG, FRAMES, NUMBER, TIME, TRACE, is_count, shaped
from data_sources.lines.classify import Facts, record_of
from data_sources.lines.timestamps import BadTimeError, epoch_ns
from data_sources.lines.transforms import number, word

SESSION: Final = "session_id"
_decode: Final = msgspec.json.Decoder().decode
_FLAGS: Final = {"true": True, "false": False}


def frames_of(dialect: Dialect) -> dict[str, tuple[str, ...]]:
    """The frames that a dialect makes of events → the kinds of events that may become their rows.

    A kind may end in `*`, as in conditions. Orders are not among them, see `order_terms_of`, nor
    fills, which are made of orders: a dialect tells only what they cost.
    """
    return {
        name: tuple(dict.fromkeys(kind for rule in rules for kind in rule.kinds))
        for name, rules in dialect.frames.items()
        if name not in (ORDERS, FILLS)
    }


def frame_of(
    events: pd.DataFrame,
    dialect: Dialect,
    name: str,
    *,
    zone: dt.tzinfo = dt.UTC,
    with_session: bool = False,
) -> pd.DataFrame:
    """The rows of one agreed frame that these events tell, in the order of the events.

    Only the attributes of events of the kinds asked for are parsed.

    Args:
        events: an event frame of a source that speaks this dialect.
        dialect: whose frame tables apply.
        name: of the frame, one of `data_sources.frames.FRAMES`.
        zone: what a time without a zone means.
        with_session: whether the session of each row's line stands in `session_id`.

    Returns:
        The columns of `FRAMES[name]` in their dtypes, then `source`, `account_id`,
        `raw_generation`, `raw_offset`; without rows where the dialect has no such frame. Of a
        frame that counts how often a row was told (`told_total`), repeats are one row.

    Raises:
        KeyError: there is no such frame at all.
    """
    rules = dialect.frames.get(name, ())
    wanted = events[_asked(events["kind"], rules)] if rules else events[:0]
    events_told = _events(wanted, _needed(name, rules))
    rows = [row for event in events_told for row in _rows(event, rules, dialect, zone)]
    kept = list(collapsed(rows)) if TIMES in FRAMES[name] else rows
    frame = shaped(name, kept)
    if with_session and SESSION not in frame:
        frame[SESSION] = pd.Series([row.get(SESSION) for row in kept], dtype="str")
    return frame


def order_terms_of(events: pd.DataFrame, dialect: Dialect) -> pd.DataFrame | None:
    """What events tell of their orders beyond the agreed columns, as `[frames.orders]` says.

    Returns:
        `stop_loss_price`, `take_profit_price` (float64, NaN where not told) and `mode` (text),
        indexed by the number of the event in *events*; None where no event tells any.
    """
    rules = dialect.frames.get(ORDERS, ())
    if not rules:
        return None
    places = np.flatnonzero(_asked(events["kind"], rules))
    if not len(places):
        return None
    asked = _events(events.iloc[places], ["kind", "code", "attributes"])
    rows = {
        place: row
        for place, event in zip(places.tolist(), asked, strict=True)
        for row in _rows(event, rules, dialect, dt.UTC)
    }
    frame = shaped(ORDERS, rows.values())[list(TERMS)].set_axis(list(rows))
    return frame[frame.notna().any(axis=1)]


def _asked(kinds: pd.Series[Any], rules: tuple[FrameRule, ...]) -> pd.Series[bool]:
    """Which events are of a kind that any of the rules asks for."""
    nothing = Record({}, {})
    asked = [
        kind
        for kind in kinds.unique()
        if isinstance(kind, str)
        and any(
            test.holds(Facts(nothing, kind=kind))
            for rule in rules
            for test in rule.when.tests
            if test.name == "kind"
        )
    ]
    return kinds.isin(asked)


def _needed(name: str, rules: tuple[FrameRule, ...]) -> list[str]:
    """The event columns that rows of the frame may be made of."""
    paths = (path.text[1:] for rule in rules for cell in rule.cells.values() for path in cell.paths)
    needed = {"kind", "code", "attributes", SESSION, *TRACE, *FRAMES[name], *paths}
    return [column for column in EVENT_COLUMNS if column in needed]


def _events(frame: pd.DataFrame, columns: list[str]) -> Iterator[dict[str, Any]]:
    """Rows as dicts without what is missing."""
    told = [frame[name].astype(object).where(frame[name].notna(), None) for name in columns]
    for values in zip(*told, strict=True):
        yield {c: v for c, v in zip(columns, values, strict=True) if v is not None}


def _rows(
    event: Mapping[str, Any], rules: tuple[FrameRule, ...], dialect: Dialect, zone: dt.tzinfo
) -> Iterator[dict[str, Any]]:
    fields = fields_of_event(event.get("attributes"), dialect)
    facts = Facts(Record(fields, fields), event.get("code"), event["kind"])
    rule = next((rule for rule in rules if rule.when.holds(facts)), None)
    if rule is None:
        return
    for entry in _entries(fields, rule.each):
        row = {name: event[name] for name in (SESSION, *TRACE) if name in event}
        row |= {
            name: event[name] for name in FRAMES[rule.frame] if name in event and name != "kind"
        }
        record = Record(entry, entry)
        for name, cell in rule.cells.items():
            row[name] = _value(cell, record, event, zone)
        changed = rule.change(entry, row) if rule.change else row
        if changed is not None:
            yield changed


def fields_of_event(attributes: str | None, dialect: Dialect) -> dict[str, Any]:
    """What an event carries beside its columns, as paths of the dialect look at it."""
    fields: dict[str, Any] = _decode(attributes) if attributes else {}
    return record_of(fields, dialect).fields if dialect.details[0] == WHOLE else fields


def _entries(fields: dict[str, Any], each: KeyPath | None) -> Iterator[dict[str, Any]]:
    """The attributes once, or once for each entry of a list or table, which is then `each`."""
    if each is None:
        yield fields
        return
    found = fields if each.text == WHOLE else each.of(Record(fields, fields))
    if not isinstance(found, dict | list):
        return
    for key, value in found.items() if isinstance(found, dict) else enumerate(found):
        entry = value if isinstance(value, dict) else {"@value": value}
        yield {**fields, EACH: {"@key": key, **entry}}


def _value(cell: Cell, record: Record, event: Mapping[str, Any], zone: dt.tzinfo) -> Any:
    for path in cell.paths:
        column = path.text[1:]
        own = path.text.startswith("@") and column in EVENT_COLUMNS
        value = event.get(column) if own else path.of(record)
        found = None if value is None else _typed(cell, value, zone)
        if found is not None:
            return found
    return cell.constant


def _typed(cell: Cell, value: Any, zone: dt.tzinfo) -> Any:
    """The value in the column's type, None where it is none."""
    if cell.dtype == TIME:
        return value if isinstance(value, pd.Timestamp) else _time(value, zone)
    if cell.dtype in (NUMBER, COUNT):
        plain = number(value) * cell.scale
        plain = _of_percent(plain) if cell.percent else plain
        if not math.isfinite(plain) or (cell.dtype == COUNT and not is_count(plain)):
            return None
        return int(plain) if cell.dtype == COUNT else plain
    if cell.dtype == FLAG:
        return value if isinstance(value, bool) else _FLAGS.get(str(value).strip().lower())
    text = word(value)
    text = cell.transform(text) if text is not None and cell.transform else text
    if text is not None and cell.mapping is not None:
        return cell.mapping.get(text.casefold(), None if cell.only_mapped else text)
    return text


def _of_percent(percent: float) -> float:
    """The decimal point two places to the left: 0.07 % is 0.0007, not 0.0007000000000000001."""
    return float(Decimal(repr(percent)).scaleb(-2))


def _time(value: Any, zone: dt.tzinfo) -> pd.Timestamp | None:
    try:
        ns, _ = epoch_ns(value, zone)
    except BadTimeError:
        return None
    return pd.Timestamp(ns, unit="ns", tz="UTC")


def cell_value(cell: Cell, record: Record, zone: dt.tzinfo) -> Any:
    """What one column holds for a record that is no event, None where nothing does."""
    return _value(cell, record, {}, zone)
