"""Says how a line is read: each column's value, and which key, path or rule gave it."""

from __future__ import annotations

import datetime as dt
import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from data_sources.dialects.dialect import (
    ID_COLUMNS,
    NUMBER_COLUMNS,
    WORD_COLUMNS,
    Dialect,
    load_dialect,
)
from data_sources.dialects.key_path import DETAILS, WHOLE, Record
from data_sources.errors import OriginError
from data_sources.lines.classify import Facts, LineClass, classify, record_of
from data_sources.lines.guess import guess
from data_sources.lines.infer import GENERIC, files_of, infer_path, sample_of
from data_sources.lines.line_fields import fields_of
from data_sources.lines.raw import escaped
from data_sources.lines.strict import BadLineError
from data_sources.lines.timestamps import FUTURE_NS, BadTimeError, epoch_ns
from data_sources.lines.transforms import number, word

SHOWN_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Explained:
    """One column of one line: its value, and the key or rule it came from."""

    column: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """How one line is read.

    number    1-based
    offset    where it starts, bytes
    dialect   in whose words it was read
    fields    its columns that hold anything
    alone     paths in the record that no other column took; `attributes` keeps them
    ignored   paths in the record that nothing took
    problem   why it is set aside, or None
    """

    number: int
    offset: int
    dialect: str
    text: str
    fields: tuple[Explained, ...] = ()
    alone: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    problem: str | None = None


def explain(
    path: str | Path, line_number: int, dialect: str = "auto"
) -> list[tuple[str, str, str]]:
    """How line *line_number* (1-based) of a file is read: (column, value, rule) for each column.

    A line that would be set aside gives one row, `("quarantine", reason, where)`.

    Raises:
        OriginError: when the file cannot be read or has fewer lines.
        DialectError: when the dialect is not known.
    """
    lines = list(explained(Path(path), line_number, line_number, dialect))
    if not lines:
        raise OriginError(f"{path} has fewer than {line_number} lines")
    line = lines[0]
    if line.problem:
        return [("quarantine", line.problem, f"line {line.number}, offset {line.offset}")]
    return [(each.column, each.value, each.rule) for each in line.fields]


def explain_text(
    path: str | Path, line_number: int | None = None, *, dialect: str | Dialect = "auto"
) -> str:
    """The same as text for a terminal: one line, or the first five.

    Raises:
        OriginError: when the file cannot be read or has fewer lines.
        DialectError: when the dialect is not known.
    """
    first = line_number or 1
    lines = list(explained(Path(path), first, line_number or SHOWN_LINES, dialect))
    if not lines and line_number is not None:
        raise OriginError(f"{path} has fewer than {line_number} lines")
    if not lines:
        return f"{path} is empty"
    return "\n\n".join([_heading(Path(path), dialect, lines[0]), *map(_text, lines)])


def explained(path: Path, first: int, last: int, dialect: str | Dialect) -> Iterator[ExplainedLine]:
    """The lines *first* to *last* (1-based, inclusive) of a file, explained one by one."""
    spoken = _spoken(path, dialect)[0]
    for number_, offset, line in _lines(path, first, last):
        yield _explained(number_, offset, line, spoken)


def _spoken(path: Path, dialect: str | Dialect) -> tuple[Dialect, str]:
    """The dialect, and why it was guessed, "" where it was told."""
    if dialect != "auto":
        return dialect if isinstance(dialect, Dialect) else load_dialect(dialect), ""
    known = infer_path(path)
    if known.dialect not in (GENERIC, "unknown"):
        return load_dialect(known.dialect), known.why
    guessed = guess(sample_of(files_of(path)))
    if guessed.is_better:
        return guessed.dialect(), f"{known.why}; {guessed.why}"
    return load_dialect(GENERIC), known.why


def _lines(path: Path, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    offset = 0
    try:
        with opener(path, "rb") as stream:
            for number_, line in enumerate(islice(stream, last), start=1):
                bom = line.startswith(b"\xef\xbb\xbf") and number_ == 1
                if number_ >= first:
                    yield number_, offset + 3 * bom, line[3 * bom :].rstrip(b"\r\n")
                offset += len(line)
    except (OSError, EOFError) as e:
        reason = getattr(e, "strerror", None) or str(e)
        raise OriginError(f"{path}: cannot be read: {reason}") from None


def _explained(number_: int, offset: int, line: bytes, dialect: Dialect) -> ExplainedLine:
    shown = escaped(line[:400])
    if not line.strip():
        return ExplainedLine(number_, offset, dialect.name, shown, problem="blank: only counted")
    try:
        record = record_of(fields_of(line, dialect), dialect)
        found, facts = classify(record, dialect)
        taken: set[str] = set()
        fields = [_time(record, dialect, taken)]
        fields += _words(found, facts, taken)
        fields += _loose(record, found, dialect, taken)
    except BadLineError as e:
        return ExplainedLine(number_, offset, dialect.name, shown, problem=str(e))
    fields.append(_attributes(record, dialect))
    rest = [each for each in _all_paths(record, dialect) if each[0] not in taken]
    alone = tuple(path for path, in_attributes in rest if in_attributes)
    ignored = tuple(path for path, in_attributes in rest if not in_attributes)
    kept = tuple(each for each in fields if each.value)
    return ExplainedLine(number_, offset, dialect.name, shown, kept, alone, ignored)


def _time(record: Record, dialect: Dialect, taken: set[str]) -> Explained:
    for path in dialect.time:
        value = path.of(record)
        if value is None:
            continue
        taken.add(path.text)
        try:
            ns, naive = epoch_ns(value, dialect.zone(None))
        except BadTimeError as e:
            if e.no_date:
                why = f"{path.text} = {value!r}: {e}; counts in `all` only"
                return Explained("ts_event", "missing", why)
            raise BadLineError("bad_ts", f"{path.text} = {value!r}: {e}") from None
        if ns > time.time_ns() + FUTURE_NS:
            raise BadLineError("future_ts", f"{path.text} is more than 10 min ahead of our clock")
        zone = f", names no zone: read in {dialect.zone(None)}, or what the source is told"
        return Explained("ts_event", iso(ns), f"{path.text} = {value!r}{zone if naive else ''}")
    return Explained("ts_event", "missing", "none of the time keys is there; counts in `all` only")


def iso(ns: int) -> str:
    """Nanoseconds since 1970 as RFC 3339 with all nine digits."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def _words(found: LineClass, facts: Facts, taken: set[str]) -> list[Explained]:
    rows = []
    facts.sources["code"] = facts.code_key or ""
    facts.sources.setdefault("kind", "no rule fits")
    for column, value in zip(WORD_COLUMNS, found.words, strict=True):
        how = facts.sources.get(column, "")
        taken.add(how)
        if column == "kind" and facts.rule is not None:
            how = f"{how}: {facts.rule.when}"
        rows.append(Explained(column, value or "", how))
    return rows


def _loose(record: Record, found: LineClass, dialect: Dialect, taken: set[str]) -> list[Explained]:
    rows: dict[str, Explained] = {}
    for index, place in enumerate(dialect.loose):
        value = place.path.of(record)
        if place.column in rows or value is None or not found.open[index]:
            continue
        if place.column in NUMBER_COLUMNS:
            plain = number(value)
            change = place.number_transform
            done = plain if change is None else float(change(np.array([plain]))[0])
            shown = "" if np.isnan(done) else repr(done)
        else:
            text = word(value)
            shown = (place.word_transform(text) if place.word_transform and text else text) or ""
        if shown:
            taken.add(place.path.text)
            rows[place.column] = Explained(place.column, shown, f"{place.path.text} = {value!r}")
    if found.text and "text" not in rows:
        rows["text"] = Explained("text", found.text, "default")
    return [rows[name] for name in (*ID_COLUMNS, *NUMBER_COLUMNS) if name in rows]


def _attributes(record: Record, dialect: Dialect) -> Explained:
    if not record.details:
        return Explained("attributes", "", "")
    if record.details is record.fields:
        return Explained("attributes", f"{len(record.details)} keys, the whole line", WHOLE)
    key = next(name for name in dialect.details if isinstance(record.fields.get(name), dict))
    n = len(record.details)
    return Explained("attributes", f"{n} key{'s' if n != 1 else ''}, as they stand", key)


def _all_paths(record: Record, dialect: Dialect) -> Iterator[tuple[str, bool]]:
    """Each path of a record, and whether `attributes` keeps what stands there."""
    whole = record.details is record.fields
    for key, value in record.fields.items():
        if key in dialect.details and value is record.details:
            yield from ((f"{DETAILS}.{inner}", True) for inner in record.details)
        elif isinstance(value, dict) and value and whole:
            outer = f"{DETAILS}.{key}" if key == DETAILS else key
            yield from ((f"{outer}.{inner}", True) for inner in value)
        elif value is not None:
            yield key, whole


def _heading(path: Path, dialect: str | Dialect, line: ExplainedLine) -> str:
    why = _spoken(path, dialect)[1]
    said = f"{path}, read in the dialect {line.dialect}"
    return f"{said} (guessed: {why})" if why else said


def _text(line: ExplainedLine) -> str:
    rows = [f"line {line.number}, offset {line.offset}: {line.text}"]
    if line.problem:
        rows.append(f"  quarantined: {line.problem} (line {line.number}, offset {line.offset})")
        return "\n".join(rows)
    wide = max((len(each.column) for each in line.fields), default=0)
    long = min(44, max((len(each.value) for each in line.fields), default=0))
    for each in line.fields:
        value, rule = escaped_text(each.value), escaped_text(each.rule)
        rows.append(f"  {each.column:<{wide}}  {value:<{long}}  {rule}")
    if line.alone:
        rows.append(f"  in attributes alone: {', '.join(map(escaped_text, line.alone))}")
    if line.ignored:
        rows.append(f"  ignored: {', '.join(map(escaped_text, line.ignored))}")
    return "\n".join(row.rstrip() for row in rows)


def escaped_text(text: str) -> str:
    """Text that cannot steer a terminal: control characters and half pairs become escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
