"""Logs that nobody has seen: real ones with everything changed that may change from log to log."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

SHIFT = timedelta(days=-98)
"""Within one half of the year, so that clocks in New York are not changed on the way."""
_DAY = re.compile(r"\b(20\d\d-\d\d-\d\d)(?=[T ]\d\d:|$)")
_EPOCH = re.compile(r"1[4-9]\d{8}(?:\d{3})?(?:\.\d+|-\d+)?")
_SYMBOLS = re.compile(rb"\b(BTC|ETH|SOL|EUR_USD|XBT|SPY|TLT|XRP|DOGE)")
_EPOCH_SECONDS = (1.4e9, 2.0e9)

Lines = list[tuple[bytes, int | None]]
"""Lines with the number of the real line that each comes from; None for those that were added."""


@dataclass(frozen=True)
class Unseen:
    """A changed log, and what is known of it: shifted says that all its times are others."""

    name: str
    lines: Lines
    shifted: bool = False
    end: bytes = b"\n"

    def write(self, folder: Path) -> dict[int, int]:
        """Write it; returns offset → the number of the real line."""
        folder.mkdir(parents=True, exist_ok=True)
        data, offsets = b"", {}
        for line, number in self.lines:
            if number is not None:
                offsets[len(data)] = number
            data += line + self.end
        path = folder / self.name
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return offsets


Change = Callable[[list[bytes], Random], Unseen]


def _each(change: Callable[[dict[str, Any]], dict[str, Any]], **more: Any) -> Change:
    """A change of every record; lines that are none stay as they are."""

    def changed(lines: list[bytes], random: Random) -> Unseen:
        del random
        made: Lines = []
        for number, line in enumerate(lines):
            record = parsed(line)
            made.append((line if record is None else told(change(record)), number))
        return Unseen(lines=made, **{"name": "events_20310102.jsonl", **more})

    return changed


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object of a line, None where it holds none."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def told(record: dict[str, Any]) -> bytes:
    """A record as a line, without blanks."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


def numbered(lines: list[bytes]) -> Lines:
    """Lines as they are."""
    return [(line, number) for number, line in enumerate(lines)]


def _another_session(value: Any) -> Any:
    """All times are 98 days earlier, in whatever form they are told."""
    if isinstance(value, dict):
        return {key: _another_session(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_another_session(each) for each in value]
    if isinstance(value, str) and value[:1] == "{" and parsed(value.encode()):
        return json.dumps(_another_session(json.loads(value)))
    if isinstance(value, str) and _EPOCH.fullmatch(value):
        whole, rest = re.split(r"(?=\D|$)", value, maxsplit=1)
        return f"{_another_session(int(whole))}{rest}"
    if isinstance(value, str):
        return _DAY.sub(lambda day: str(date.fromisoformat(day[1]) + SHIFT), value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        for unit in (1, 1_000, 1_000_000, 1_000_000_000):
            if _EPOCH_SECONDS[0] < value / unit < _EPOCH_SECONDS[1]:
                return value + int(SHIFT.total_seconds()) * unit
    return value


def _other_symbols(lines: list[bytes], random: Random) -> Unseen:
    del random
    made = [_SYMBOLS.sub(b"ZRX", line) for line in lines]
    return Unseen("log.jsonl", numbered(made))


def _reordered(lines: list[bytes], random: Random) -> Unseen:
    def shuffled(record: dict[str, Any]) -> dict[str, Any]:
        return {key: record[key] for key in random.sample(list(record), len(record))}

    return _each(shuffled, name="shuffled.jsonl")(lines, random)


def _bad_lines(lines: list[bytes], random: Random) -> Unseen:
    made = numbered(lines)
    for bad in (b'{"cut": "of', b"\xc3\x28", b"[1, 2]", b"Traceback (most recent call last):"):
        made.insert(random.randrange(len(made) + 1), (bad, None))
    return Unseen("events.jsonl", made)


def _bad_first_line(lines: list[bytes], random: Random) -> Unseen:
    """The log begins in the middle of a line, as after a rotation by size."""
    return Unseen("events.jsonl", [(lines[0][random.randrange(1, 9) :], None), *numbered(lines)])


def _one_kind_first(lines: list[bytes], random: Random) -> Unseen:
    """Fifty lines of one kind before all others, as of a bot that waits for its market."""
    first = random.choice(lines)
    return Unseen("run.jsonl", [(first, None)] * 50 + numbered(lines))


def _foreign_heartbeats(lines: list[bytes], random: Random) -> Unseen:
    """Fifty lines of a supervisor that no system knows, before a hundred and more of its own."""
    random.random()
    beat = b'{"hb": 1, "pid": 4242, "uptime": 12.5}'
    many = numbered(lines)
    return Unseen("mixed.jsonl", [(beat, None)] * 50 + many)


def _without_some_keys(lines: list[bytes], random: Random) -> Unseen:
    """One key is missing everywhere that some record of much the same shape lacks as well."""
    shapes = {frozenset(record) for line in lines if (record := parsed(line)) is not None}
    optional = {
        key
        for one in shapes
        for other in shapes
        if len(one & other) > 0.6 * len(one | other)
        for key in one - other
    }
    left_out = random.choice(sorted(optional)) if optional else None
    return _each(
        lambda record: {k: v for k, v in record.items() if k != left_out}, name="short.jsonl"
    )(lines, random)


CHANGES: dict[str, Change] = {
    "as it is": lambda lines, _: Unseen("events.jsonl", numbered(lines)),
    "renamed": lambda lines, _: Unseen("bot-7_prod.2031.ndjson", numbered(lines)),
    "another session": _each(_another_session, shifted=True),
    "other symbols": _other_symbols,
    "keys added behind": _each(lambda r: {**r, "host": "n1", "build": 77, "tags": ["a"]}),
    "keys added before": _each(lambda r: {"host": "n1", "build": 77, "trace": {"id": "x"}, **r}),
    "other order of keys": _reordered,
    "optional keys missing": _without_some_keys,
    "with blanks": lambda lines, _: Unseen(
        "wide.jsonl", [(b"  " + line + b" ", n) for n, line in enumerate(lines)]
    ),
    "compressed": lambda lines, _: Unseen("events.jsonl.gz", numbered(lines)),
    "lines end as on Windows": lambda lines, _: Unseen("w.jsonl", numbered(lines), end=b"\r\n"),
    "some bad lines": _bad_lines,
    "a broken first line": _bad_first_line,
    "one kind first": _one_kind_first,
    "heartbeats of a stranger first": _foreign_heartbeats,
}


def real_logs(realdata: Path, most_lines: int = 60) -> Iterator[tuple[str, Path, list[bytes]]]:
    """Dialect, path and first lines of every real log that is one."""
    for path in sorted(realdata.rglob("*.jsonl")):
        parts = path.relative_to(realdata).parts
        lines = [line for line in path.read_bytes().splitlines() if line.strip()][:most_lines]
        if lines and path.name not in NO_LOGS:
            yield EXPORTS.get(parts[1], parts[0]), path, lines


NO_LOGS = ("execution_events.invalid.jsonl", "execution_pipeline_events_v0_empty.jsonl")
"""Made to be refused: without the keys that make a record one of the system."""
EXPORTS = {"redis_2026-02-17": "quantum_trader_export"}
"""Folder → the dialect of saved entries of Redis streams, which are no log."""
