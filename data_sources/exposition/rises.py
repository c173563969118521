"""What counters rose by between two looks: each rise is told once, as a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import msgspec
import pandas as pd

from data_sources.exposition.counters import Exposed, Series

MOST_SERIES: Final = 10_000
JITTER_SECONDS: Final = 5.0
"""A start that is later by less is the same: some clients reckon it from the time since the boot,
whose clock is set now and then, and others round it. Only a process that lived that short is
missed."""


@dataclass(slots=True)
class Known:
    """How far each counter had counted when it was last seen.

    Attributes:
        values: counter with its labels → its value; one that vanishes stays known until the
            process starts anew, and `MOST_SERIES` are.
        looked: when all of them were looked at last; None before the first look.
        started: since when the process counts, epoch seconds, where it says; the latest it said.
        restarts: how often they began again.
        left_out: what was exposed at the last look and is not counted, as so many are known.
    """

    values: dict[Series, float] = field(default_factory=dict)
    looked: pd.Timestamp | None = None
    started: float | None = None
    restarts: int = 0
    left_out: frozenset[Series] = frozenset()

    def rises(self, exposed: Exposed, at: pd.Timestamp) -> Iterator[bytes]:
        """Take over what is exposed now, and give a line for each counter that rose since.

        The first look tells nothing: what was counted before it is of an unknown time. A counter
        that fell, or whose process started anew, counts from zero, and so does one that was not
        there at the look before: clients expose a label only once it was counted.

        Yields:
            JSON without a newline: `event` (its name), `ts_ms` and `details` with `labels`,
            `value` (the rise), `total`, `restarted` and `since`.
        """
        before, self.looked = self.looked, at
        anew = _is_later(exposed.started, self.started)
        # Never lower: what jitters would else look later again.
        self.started = max(filter(None, (exposed.started, self.started)), default=None)
        told = exposed.values
        if anew or any(total < self.values.get(series, 0) for series, total in told.items()):
            # What the new process has not counted yet will count from zero.
            self.values = {series: was for series, was in self.values.items() if series in told}
        fell, left_out = False, set()
        for series, total in told.items():
            if series not in self.values and len(self.values) >= MOST_SERIES:
                left_out.add(series)
                continue
            was = self.values.get(series, 0)
            restarted = series in self.values and (anew or total < was)
            fell |= restarted
            self.values[series] = total
            rise = total if restarted else total - was
            if before is not None and rise > 0:
                yield _line(series, rise, total, restarted, before, at)
        self.restarts += fell
        self.left_out = frozenset(left_out)

    def to_json(self) -> dict[str, Any]:
        """What another process needs to go on."""
        looked = None if self.looked is None else self.looked.isoformat()
        told = {"values": dict(self.values), "looked": looked}
        return told | {"started": self.started, "restarts": self.restarts}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            KeyError, TypeError, ValueError: when it is none of ours.
        """
        looked = kept["looked"]
        return cls(
            {str(series): float(value) for series, value in kept["values"].items()},
            None if looked is None else pd.Timestamp(looked),
            None if kept["started"] is None else float(kept["started"]),
            int(kept["restarts"]),
        )


def _is_later(started: float | None, before: float | None) -> bool:
    return started is not None and before is not None and started > before + JITTER_SECONDS


def _line(
    series: Series,
    rise: float,
    total: float,
    restarted: bool,
    since: pd.Timestamp,
    at: pd.Timestamp,
) -> bytes:
    name, labels = msgspec.json.decode(series)
    details = {
        "labels": dict(labels),
        "value": rise,
        "total": total,
        "restarted": restarted,
        "since": since.isoformat(),
    }
    return msgspec.json.encode({"event": name, "ts_ms": at.value // 10**6, "details": details})
