"""Guesses the dialect of a log from some of its lines, and says how sure it is and why."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from data_sources.dialects.dialect import Dialect, built_in, load_dialect
from data_sources.dialects.text_pattern import TEXT
from data_sources.lines.classifier import Classifier
from data_sources.lines.classify import Facts, code_of, record_of
from data_sources.lines.guess import guess as guess_mapping
from data_sources.lines.line_fields import told_fields
from data_sources.lines.names import PATTERNS, log_name
from data_sources.lines.prefixed import parse_prefixed
from data_sources.lines.strict import BadLineError
from data_sources.many import many

GENERIC: Final = "generic"
SAMPLE_LINES: Final = 200
SAMPLE_BYTES: Final = 1 << 20
SURE_RATIO: Final = 0.5
"""The share of usable lines that a dialect must recognize to be taken."""
OTHER: Final = "other"
ORDERS_RATIO: Final = 0.1
"""So many lines tell of orders that a dialect does not see: its own telemetry has a word or two."""
MOST_ALIKE: Final = 2
"""Lines of one shape that tell of no trading count so often, at most: a supervisor's heartbeats
must not outvote the bot that writes in the same file."""
TAIL_BYTES: Final = 1 << 18
TEXT_SIGN_CHARACTERS: Final = 300
"""A line of text shows within these whose it is."""


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
    told = [line for line in lines if line.strip()]
    sampled, parsed = len(told), list[dict[str, Any]]()
    for line in told:
        with contextlib.suppress(BadLineError):
            parsed.append(parse_prefixed(line.strip(b"\r\n").removeprefix(b"\xef\xbb\xbf")))
    if not parsed:
        return _infer_texts(told)
    scores = {
        dialect.name: sum(recognizes(dialect, fields) for fields in parsed) / len(parsed)
        for dialect in _candidates()
    }
    best = max(scores, key=lambda name: scores[name], default=GENERIC)
    sure = scores.get(best, 0.0)
    if sure < SURE_RATIO and _sure_without_noise(best, parsed) < SURE_RATIO:
        why = f"no dialect recognizes half of {many(len(parsed), 'line')}"
        if sure:
            why += f" ({best}: {sure:.0%})"
        best, sure = GENERIC, 0.0
    else:
        why = f"{best} recognizes {sure:.0%} of {many(len(parsed), 'line')} by keys and codes"
        why += "; the others tell of no trading" if sure < SURE_RATIO else ""
    kinds = _kinds(best, parsed)
    if best != GENERIC and _is_borrowed(parsed, kinds):
        known = sum(n for kind, n in kinds.items() if not _tells_little(kind))
        why = (
            f"the lines have the keys of {best}, which knows {known} of "
            f"{len(parsed)} events: their usual names tell more"
        )
        best, sure, kinds = GENERIC, 0.0, _kinds(GENERIC, parsed)
    return Guess(best, sure, sampled, len(parsed), kinds, why, scores)


def _infer_texts(lines: list[bytes]) -> Guess:
    """Guess from lines of which none is a JSON object, by what some systems' texts show."""
    if not lines:
        return Guess("unknown", 0.0, 0, 0, why="no line yet")
    texts = [line.strip().decode(errors="replace") for line in lines]
    scores = {
        dialect.name: sum(_shows(dialect, text) for text in texts) / len(texts)
        for dialect in _candidates()
        if dialect.text_signs
    }
    best = max(scores, key=lambda name: scores[name])
    if scores[best] < SURE_RATIO:
        why = f"none of {many(len(lines), 'line')} is a JSON object"
        return Guess("unknown", 0.0, len(lines), 0, why=why)
    why = f"{best} recognizes {scores[best]:.0%} of {many(len(lines), 'line')} of text by the words"
    kinds = _kinds(best, [{TEXT: text} for text in texts])
    return Guess(best, scores[best], len(lines), 0, kinds, why, scores)


def _shows(dialect: Dialect, text: str) -> bool:
    return any(sign.search(text[:TEXT_SIGN_CHARACTERS]) for sign in dialect.text_signs)


def _is_borrowed(parsed: list[dict[str, Any]], kinds: dict[str, int]) -> bool:
    """Whether lines only look like a dialect's: it knows few of their events, a guess knows more.

    `source`, `type`, `payload` and `ts` are many bots' envelope. So are those of which a dialect
    takes every line for narration or a log's, whatever it says: where most are that and a guess
    finds many more orders, the words are not the dialect's.
    """
    known = len(parsed) - kinds.get(OTHER, 0)
    told = sum(n for kind, n in kinds.items() if not _tells_little(kind))
    if min(known, told) >= SURE_RATIO * len(parsed):
        return False
    guessed = guess_mapping(json.dumps(fields).encode() for fields in parsed)
    if known < SURE_RATIO * len(parsed) and guessed.counted_ratio * guessed.lines > known:
        return True
    orders = sum(n for kind, n in kinds.items() if "order." in kind)
    found = len(guessed.codes.order_lines)
    return found > 2 * orders and found >= ORDERS_RATIO * len(parsed)


def _tells_little(kind: str) -> bool:
    """Whether a kind says no more than that there was a line, whatever it says."""
    return kind in (OTHER, "narration", "telemetry.log")


def _sure_without_noise(name: str, parsed: list[dict[str, Any]]) -> float:
    """The share of lines that a dialect recognizes where the others may be no log of trading."""
    dialect = load_dialect(name)
    rest = [fields for fields in parsed if not recognizes(dialect, fields)]
    if (
        len(rest) == len(parsed)
        or guess_mapping(json.dumps(fields).encode() for fields in rest).is_useful
    ):
        return 0.0
    shapes = Counter(frozenset(fields) for fields in rest)
    noise = sum(min(n, MOST_ALIKE) for n in shapes.values())
    own = len(parsed) - len(rest)
    return own / (own + noise)


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
        has_keys = has_keys and not any(path.find(record)[0] for path in sign.without)
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
    """Whole lines of each file, together at most *limit*; unreadable files give none."""
    each = max(5, limit // max(1, len(files)))
    found: list[bytes] = []
    for file in files:
        found += some_lines(file, each)
        if len(found) >= limit:
            break
    return found


def some_lines(file: Path, limit: int) -> list[bytes]:
    """Whole lines of a file, `.gz` or not: the first ones, and some of all that follow."""
    lines = _lines(file)
    if len(lines) <= limit:
        return lines
    first, rest = lines[: limit // 2], lines[limit // 2 :]
    wanted = limit - len(first)
    return first + [rest[(n + 1) * len(rest) // wanted - 1] for n in range(wanted)]


def has_whole_line(file: Path) -> bool:
    """Whether a line of a file is written to its end; blank ones do not count."""
    data, tail = _sampled(file)
    return b"\n" in tail or any(line.strip() for line in data.split(b"\n")[:-1])


def _lines(file: Path) -> list[bytes]:
    """The lines of the beginning of a file, and of the end of one that is longer."""
    data, tail = _sampled(file)
    *whole, unfinished = data.split(b"\n")
    whole += tail.split(b"\n")[1:-1]
    return [line for line in whole if line.strip()] or [unfinished][: bool(unfinished)]


def _sampled(file: Path) -> tuple[bytes, bytes]:
    """The beginning of a file as far as it can be read, and the end of one that is longer."""
    opener: Any = gzip.open if file.suffix == ".gz" else open
    data, tail = b"", b""
    try:
        with opener(file, "rb") as stream:
            while len(data) < SAMPLE_BYTES and (more := stream.read1(SAMPLE_BYTES - len(data))):
                data += more
            if len(data) == SAMPLE_BYTES and file.suffix != ".gz":
                stream.seek(max(SAMPLE_BYTES, file.stat().st_size - TAIL_BYTES))
                tail = stream.read(TAIL_BYTES)
    except (OSError, EOFError, zlib.error):
        return data, b""  # what came before the damage still tells whose it is
    return data, tail


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
