"""Guesses the dialect of a log from its first lines, and says how sure it is and why."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from data_sources.dialects.dialect import Dialect, built_in, load_dialect
from data_sources.lines.classify import Classifier, Facts, code_of, record_of
from data_sources.lines.line_fields import told_fields
from data_sources.lines.names import PATTERNS, log_name
from data_sources.lines.strict import BadLineError, parse_line

GENERIC: Final = "generic"
SAMPLE_LINES: Final = 200
SAMPLE_BYTES: Final = 1 << 20
SURE_RATIO: Final = 0.5
"""The share of usable lines that a dialect must recognize to be taken."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The dialect that a sample speaks.

    dialect     its name; "generic" when none is recognized, "unknown" when nothing was usable
    sure_ratio  share of the usable lines that it recognizes, 0 to 1
    lines       lines sampled, blank ones not counted
    usable      how many of them are JSON objects
    kinds       kind of event → how many lines of the sample
    why         one sentence for a person
    scores      dialect → share of lines, for all that know signs
    """

    dialect: str
    sure_ratio: float
    lines: int
    usable: int
    kinds: dict[str, int] = field(default_factory=dict)
    why: str = ""
    scores: dict[str, float] = field(default_factory=dict)


def infer(lines: Iterable[bytes]) -> Guess:
    """Guess from lines (with or without their newlines)."""
    sampled, parsed = 0, []
    for line in lines:
        if not line.strip():
            continue
        sampled += 1
        try:
            parsed.append(parse_line(line.strip(b"\r\n").removeprefix(b"\xef\xbb\xbf")))
        except BadLineError:
            continue
    if not parsed:
        why = "no line yet" if not sampled else f"none of {sampled} lines is a JSON object"
        return Guess("unknown", 0.0, sampled, 0, why=why)
    scores = {
        dialect.name: sum(recognizes(dialect, fields) for fields in parsed) / len(parsed)
        for dialect in _candidates()
    }
    best = max(scores, key=lambda name: scores[name], default=GENERIC)
    sure = scores.get(best, 0.0)
    if sure < SURE_RATIO:
        why = f"no dialect recognizes half of the {len(parsed)} lines"
        if sure:
            why += f" ({best}: {sure:.0%})"
        best, sure = GENERIC, 0.0
    else:
        why = f"{best} recognizes {sure:.0%} of {len(parsed)} lines by their keys and codes"
    return Guess(best, sure, sampled, len(parsed), _kinds(best, parsed), why, scores)


def infer_path(path: str | Path) -> Guess:
    """Guess from the first lines of a file, or of the logs below a folder; files are only read."""
    return infer(sample_of(files_of(Path(path))))


def recognizes(dialect: Dialect, fields: dict[str, Any]) -> bool:
    """Whether the signs that a record shows are enough for the dialect."""
    record = record_of(fields, dialect)
    facts = Facts(record, code_of(record, dialect)[0])
    weight = 0.0
    for sign in dialect.signs:
        has_keys = all(path.find(record)[0] for path in sign.keys)
        if has_keys and (sign.codes is None or sign.codes.holds(facts)):
            weight += sign.weight
    return weight >= 0.999


def files_of(path: Path) -> list[Path]:
    """The log files at a path: itself, or those below a folder, live names before rotated ones."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        return []
    found = [
        (name.rotated, file)
        for file in sorted(path.rglob("*"))
        if file.is_file() and (name := log_name(file.name, PATTERNS)) is not None
    ]
    return [file for _, file in sorted(found)]


def sample_of(files: Sequence[Path], limit: int = SAMPLE_LINES) -> list[bytes]:
    """First whole lines of each file, together at most *limit*; unreadable files give none."""
    each = max(5, limit // max(1, len(files)))
    found: list[bytes] = []
    for file in files:
        found += first_lines(file, each)
        if len(found) >= limit:
            break
    return found


def first_lines(file: Path, limit: int) -> list[bytes]:
    """The first whole lines of a file, `.gz` or not."""
    opener: Any = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rb") as stream:
            data = stream.read(SAMPLE_BYTES)
    except (OSError, EOFError):
        return []
    lines: list[bytes] = data.split(b"\n")
    return [line for line in lines[:-1] if line.strip()][:limit] or [lines[-1]][: bool(lines[-1])]


@lru_cache(maxsize=1)
def _candidates() -> tuple[Dialect, ...]:
    return tuple(d for d in map(load_dialect, built_in()) if d.signs)


def _kinds(name: str, parsed: list[dict[str, Any]]) -> dict[str, int]:
    dialect = load_dialect(name)
    classifier = _classifier(dialect)
    kinds: Counter[str] = Counter()
    for fields in parsed:
        try:
            told = told_fields(fields, dialect)
        except BadLineError:
            continue
        kinds[str(classifier(record_of(told, dialect)).words[0])] += 1
    return dict(kinds.most_common())


@lru_cache(maxsize=8)
def _classifier(dialect: Dialect) -> Classifier:
    """Most lines are like another one, in this folder or in the next."""
    return Classifier(dialect)
