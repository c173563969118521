"""An answer in Prometheus' text format → the values of the counters in it that are followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from data_sources.frames import LARGEST_COUNT
from data_sources.http import Answer
from data_sources.json_answer import BadPayloadError

ACCEPT: Final = "text/plain;version=0.0.4, application/openmetrics-text;q=0.5, */*;q=0.1"
TYPES: Final = frozenset({"", "text/plain", "application/openmetrics-text"})
STARTED: Final = "process_start_time_seconds"
UNTOLD: Final = frozenset({None, "untyped", "unknown"})
TOTAL: Final = "_total"
LONGEST_LINE_BYTES: Final = 1 << 13
"""The parser's time grows with the square of a line's length."""
_NAME: Final = re.compile(rb"(?:# TYPE )?([a-zA-Z_:][a-zA-Z0-9_:]*)(?=[ \t{]|$)")

Series = str
"""Name and labels as JSON: `["name", [["label", "value"], …]]`, labels in their order."""


@dataclass(slots=True)
class Exposed:
    """What one answer tells.

    Attributes:
        values: counter with its labels → how far it has counted.
        started: since when the process counts, epoch seconds; None where it does not say.
        refused: lines that tell no count, without their values: each with why.
    """

    values: dict[Series, float] = field(default_factory=dict)
    started: float | None = None
    refused: dict[bytes, str] = field(default_factory=dict)


def series_of(name: str, labels: dict[str, str]) -> Series:
    """The name of a series, the same however its labels are ordered."""
    return msgspec.json.encode([name, sorted(labels.items())]).decode()


def read_counters(answer: Answer, followed: Sequence[str]) -> Exposed:
    """Take the counters that are followed out of an answer.

    Args:
        answer: of status 200.
        followed: names or patterns of counters, as the OpenMetrics format names them: with
            `_total` at the end, also where an older client leaves that out.

    Raises:
        BadPayloadError: when the answer is no text of this format, or breaks off.
    """
    found = Exposed()
    kinds: dict[str, str] = {}
    for name, line in _lines(_checked(answer), followed):
        if line.startswith(b"#"):
            kinds[name] = line.split()[-1].decode("ascii", "replace")
        elif (why := _take(found, name, line, kinds)) is not None:
            found.refused[line.rpartition(b" ")[0] or line] = why
    return found


def _checked(answer: Answer) -> bytes:
    declared = answer.headers.get("content-type", "").lower().partition(";")[0].strip()
    if declared not in TYPES:
        raise BadPayloadError(f"the answer is {declared[:60]!r}, not Prometheus' text format")
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise BadPayloadError("the answer is empty")
    if not body.endswith(b"\n") and not body.endswith(b"# EOF"):
        raise BadPayloadError("the answer breaks off in the middle of a line")
    first = next((line for line in body.splitlines() if line.strip()), b"")
    if not first.startswith((b"#", b"{")) and _NAME.match(first) is None:
        raise BadPayloadError("the answer is not in Prometheus' text format")
    return body


def _lines(body: bytes, followed: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The lines of counters that are followed and of the process's start, with their names."""
    wanted: dict[bytes, bool] = {STARTED.encode(): True}
    for line in body.split(b"\n"):
        match = _NAME.match(line)
        if match is None:
            continue
        name = match[1]
        if name not in wanted:
            wanted[name] = any(fnmatchcase(_named(name.decode()), one) for one in followed)
        if wanted[name]:
            yield name.decode(), line.rstrip(b"\r")


def _named(name: str) -> str:
    return name if name.endswith(TOTAL) else name + TOTAL


def _take(found: Exposed, name: str, line: bytes, kinds: dict[str, str]) -> str | None:
    """Take one sample over; why not, where it tells no count."""
    if len(line) > LONGEST_LINE_BYTES:
        return "oversize"
    # The type stands under the name without `_total` in OpenMetrics, under the whole one before.
    kind = kinds.get(name) or kinds.get(name.removesuffix(TOTAL))
    is_counter = kind == "counter" or (kind in UNTOLD and name.endswith(TOTAL))
    if not is_counter and name != STARTED:
        # The parts of histograms, and when a counter was created, fit a pattern at most.
        return "no_counter" if name.endswith(TOTAL) else None
    parsed = _parsed(line)
    if parsed is None:
        return "malformed"
    labels, value = parsed
    if name == STARTED:
        found.started = value if 0 < value < float("inf") else None
        return None
    if not 0 <= value < LARGEST_COUNT:
        return "no_count"
    series = series_of(_named(name), labels)
    if series in found.values:
        return "told_twice"
    found.values[series] = value
    return None


def _parsed(line: bytes) -> tuple[dict[str, str], float] | None:
    """Labels and value of one sample; None when the line is none."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        # A line without its type is a family of one sample.
        (family,) = text_string_to_metric_families(line.decode("utf-8") + "\n")
        (sample,) = family.samples
    except (ValueError, IndexError):
        return None
    return dict(sample.labels), float(sample.value)
