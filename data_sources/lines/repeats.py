"""Leaves out events that were told already, where a dialect says how they are recognized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec
import numpy as np

from data_sources.dialects.condition import Condition
from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import WHOLE, Record
from data_sources.lines.class_table import ClassTable
from data_sources.lines.classify import Facts, record_of
from data_sources.lines.decoded import NAT, Columns, without

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


class Repeats:
    """Remembers the last events of the kinds that a dialect may tell twice.

    They are in the cursor too: the same after a restart.

    Args:
        dialect: its `[[duplicates]]` apply.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._told: dict[str, int] = {}
        self._kept = max((repeat.remembered for repeat in dialect.repeats), default=0)

    def to_json(self) -> dict[str, int]:
        """What is remembered: a digest of what must be the same → ns since 1970 UTC."""
        return dict(self._told)

    def restore(self, told: Mapping[str, int]) -> None:
        """The inverse of `to_json`."""
        self._told = dict(told)

    def left_out(self, columns: Columns, table: ClassTable, session: str) -> Columns:
        """The columns without the events that were told already in this session.

        An event without a time is taken for a duplicate by its id alone.
        """
        if not self._dialect.repeats or not len(columns):
            return columns
        kinds = table.categoricals(columns.class_id)["kind"]
        texts = columns.texts.get("attributes")
        if texts is None:
            return columns
        again = []
        for row in np.flatnonzero(kinds.isin(list(self._asked(kinds.categories)))).tolist():
            ts, attributes = int(columns.ts_ns[row]), texts[row].as_py()
            if attributes and self._was_told(str(kinds[row]), attributes, ts, session):
                again.append(row)
        return without(columns, again) if again else columns

    def _asked(self, kinds: Any) -> Iterator[str]:
        for kind in kinds:
            if any(_fits(repeat.when, kind, only="kind") for repeat in self._dialect.repeats):
                yield kind

    def _was_told(self, kind: str, attributes: str, ts: int, session: str) -> bool:
        fields: dict[str, Any] = _decode(attributes)
        whole = self._dialect.details[0] == WHOLE
        record = record_of(fields, self._dialect) if whole else Record(fields, fields)
        for number, repeat in enumerate(self._dialect.repeats):
            if _fits(repeat.when, kind, record):
                values = [path.of(record) for path in repeat.same]
                near_ns = repeat.within_ns
                if ts == NAT if near_ns is not None else None in values:
                    return False
                key = _key(number, values, session)
                first = self._told.get(key)
                if first is not None and (near_ns is None or abs(ts - first) <= near_ns):
                    return True
                self._told.pop(key, None)
                self._told[key] = 0 if ts == NAT else ts
                while len(self._told) > self._kept:
                    del self._told[next(iter(self._told))]
                return False
        return False


def _fits(when: Condition, kind: str, record: Record | None = None, only: str = "") -> bool:
    facts = Facts(record or Record({}, {}), kind=kind)
    return all(test.holds(facts) for test in when.tests if not only or test.name == only)


def _key(number: int, values: list[Any], session: str) -> str:
    return blake2b(_encode([number, session, values]), digest_size=8).hexdigest()
