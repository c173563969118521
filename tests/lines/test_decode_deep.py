"""Values deep inside records are found the same in both ways, and never in a list of objects."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.lines.decode import Decoder
from tests.examples import examples
from tests.lines.odd_lines import NUMBERS, WORDS
from tests.lines.test_decode_ways import assert_same

DEEP = """\
name = "deep"

[record]
time = ["ts", "meta.at.ns"]
code = ["what", "meta.code"]
details = ["body", "@record"]

[columns.symbol]
from = ["meta.at.sym", "details.leg.sym"]

[columns.reason]
from = ["details.why[0]", "meta.why[0].text"]

[columns.client_order_id]
from = ["meta.id", { path = "details.leg.id", when = { "meta.at.live" = true } }]

[columns.price]
from = ["details.leg.px", "meta.at.px"]

[columns.quantity]
from = ["details.legs[0].qty"]

[[rules]]
when = { "meta.at" = "@present", "meta.code" = "GO*" }
then = { kind = "order.submitted" }

[[rules]]
when = { "details.leg.sym" = "@present" }
then = { kind = "order.filled" }
"""

RECORD: dict[str, Any] = {
    "ts": 1756757303,
    "meta": {
        "code": "GO",
        "id": "m-1",
        "at": {"sym": "ABC", "ns": 1756757303115233280, "px": 1.5, "live": True},
        "why": [{"text": "W"}],
    },
    "body": {"leg": {"sym": "XYZ", "id": 7, "px": "2.5"}, "legs": [{"qty": 3}], "why": ["a", "b"]},
    "px": 9,
}


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Dialect:
    path = tmp_path_factory.mktemp("deep") / "deep.toml"
    path.write_text(DEEP)
    return load_dialect(path)


class Spoiler:
    """Takes a record and turns what stands in it into something alike."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def value(self, value: Any) -> Any:
        spoilt = self.rng.random()
        if spoilt < 0.10:
            return [value]
        if spoilt < 0.13:
            return [[value], 1]
        if spoilt < 0.20:
            return self.rng.choice([None, True, {}, [], self.rng.choice(WORDS), "GO", 1])
        if isinstance(value, dict):
            kept = [key for key in value if self.rng.random() < 0.93]
            return {key: self.value(value[key]) for key in kept}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self.rng.choice([value, value, self.rng.choice(WORDS), self.rng.choice(NUMBERS)])

    def line(self) -> bytes:
        record = {key: self.value(value) for key, value in RECORD.items()}
        separators = self.rng.choice([(", ", ": "), (",", ":"), (",  ", ":  ")])
        return json.dumps(record, separators=separators).encode()

    def block(self) -> bytes:
        lines = [self.line() for _ in range(self.rng.randint(1, 6))]
        # The same line with its objects in lists: keys and braces stay where they are.
        lines += [line.replace(b"{", b"[{").replace(b"}", b"}]")[1:-1] for line in lines[:2]]
        lines += [line.replace(b'"at": {', b'"at": [{').replace(b"}, ", b"}], ") for line in lines]
        return b"\n".join(self.rng.choices(lines, k=12)) + b"\n"


@examples(50)
@given(seed=st.integers(0, 2**32))
def test_any_deep_lines(deep: Dialect, seed: int) -> None:
    """Both ways agree on objects, lists of objects and other things at each place on the way."""
    assert_same(deep, Spoiler(seed).block())


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_a_list_of_objects_is_none_of_them(deep: Dialect, first: int) -> None:
    """Whichever is met first, `{"a": [{"b": 1}]}` has no `a.b`, and `{"a": {"b": 1}}` has."""
    at = '{"sym": "ABC", "px": 1}'
    lines = [
        b'{"ts": 1756757303, "meta": {"code": "GO", "at": %s}}' % at.encode(),
        b'{"ts": 1756757303, "meta": {"code": "GO", "at": [%s]}}' % at.encode(),
        b'{"ts": 1756757303, "meta": [{"code": "GO", "at": %s}]}' % at.encode(),
        b'{"ts": 1756757303, "meta":{"code": "GO", "at":%s}}' % at.encode(),
    ]
    lines = lines[first:] + lines[:first]
    block = b"\n".join(3 * lines) + b"\n"
    assert_same(deep, block)
    columns, _ = Decoder(deep, small_bytes=0).decode(block, 1_795_300_000_000_000_000)
    prices = columns.numbers["price"]
    told = [b"[" not in line for line in 3 * lines]
    assert (prices == 1.0).tolist() == told


def test_real_lines_turned_into_lists(realdata: Path) -> None:
    """The real signal decisions, some with their objects in lists, are the same in both ways."""
    file = realdata / "quantum_trader/data/policy_observations/signals_2025-11-22.jsonl"
    lines = file.read_bytes().splitlines()[:60]
    spoilt = [line.replace(b'"signal": {', b'"signal": [{').replace(b'}}, "actual', b'}}], "actual')
              for line in lines]  # fmt: skip
    mixed = [line for pair in zip(lines, spoilt, strict=True) for line in pair]
    assert_same(load_dialect("quantum_trader"), b"\n".join(mixed) + b"\n")
