"""The fast way of decoding gives what the strict way gives, whatever the lines are."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.lines.decode import BadLine, Decoder
from data_sources.lines.frame import Stretch, event_frame
from tests.examples import examples
from tests.lines.odd_lines import BAD_LINES, NOW_NS, Writer


def decoded(
    dialect: Dialect, data: bytes, *, strictly: bool, decoder: Decoder | None = None
) -> tuple[pd.DataFrame, list[BadLine], tuple[int, int, int, int]]:
    decoder = decoder or Decoder(dialect, small_bytes=0)
    way = decoder.decode_strictly if strictly else decoder.decode
    columns, bad = way(data, NOW_NS)
    frame = event_frame(
        columns,
        decoder.table,
        [Stretch(len(columns), "f#0", "s")],
        source="s",
        system=dialect.name,
        account_id="A",
        received_ns=NOW_NS,
    )
    # The order of categories is no part of the answer.
    for name in frame.columns[frame.dtypes == "category"]:
        frame[name] = frame[name].astype("str")
    return frame, bad, (columns.lines, columns.blank, columns.naive, columns.untimed)


def assert_same(dialect: Dialect, data: bytes, decoder: Decoder | None = None) -> None:
    fast, fast_bad, fast_counts = decoded(dialect, data, strictly=False, decoder=decoder)
    strict, strict_bad, strict_counts = decoded(dialect, data, strictly=True)
    assert strict_bad == fast_bad
    assert strict_counts == fast_counts
    pd.testing.assert_frame_equal(strict, fast)
    lines, blank, _, _ = fast_counts
    assert lines == len(fast) + len(fast_bad) + blank


AURORA = load_dialect("aurora")
SHARED = Decoder(AURORA, small_bytes=0)
"""One decoder for many blocks, as in a source that runs for days."""


def flat(tmp: Path, details: str) -> Dialect:
    """Aurora's dialect, but the record itself may be the details object."""
    text = AURORA.file.read_text().replace('["details", "ctx", "payload"]', details)
    text = text.replace('code_as = "event_code"', "")
    path = tmp / "flat.toml"
    path.write_text(text)
    return load_dialect(path)


WHOLE_LINE = ['["@record"]', '["ctx", "@record"]', '["@record", "details"]']


@pytest.mark.parametrize("details", WHOLE_LINE)
@examples(25)
@given(seed=st.integers(0, 2**32))
def test_any_lines_that_are_their_own_details(
    tmp_path_factory: pytest.TempPathFactory, details: str, seed: int
) -> None:
    """Where the record itself is the details object, both ways agree as well."""
    dialect = flat(tmp_path_factory.mktemp("flat"), details)
    assert_same(dialect, Writer(seed).block())


def test_the_whole_line_is_the_attributes(tmp_path: Path) -> None:
    """With "@record" `attributes` is the line as it stands, and `details.x` is the same as `x`."""
    lines = [
        b'{"event_code": "ORDER.ACK", "qty": 2, "why": "W", "x": {"y": [1.50]}}',
        b'{"event_code":"ORDER.ACK","details":{"qty":7,"why":"no"},"ctx":[]}\r',
        b' { "event_code" : "ORDER.ACK", "why": "caf\xc3\xa9" } ',
        b"{ }",
        b"{}",
    ]
    for strictly in True, False:
        dialect = flat(tmp_path, '["@record"]')
        frame, bad, _ = decoded(dialect, b"\n".join(3 * lines) + b"\n", strictly=strictly)
        assert not bad
        told = [line.strip().decode() for line in lines[:3]] + [None, None]
        assert (
            frame["attributes"].astype(object).where(frame["attributes"].notna(), None)[:5].tolist()
            == told
        )
        assert frame["reason"].tolist()[:3:2] == ["W", "café"]
        assert frame["quantity"].iloc[0] == 2.0
        assert frame[["reason", "quantity"]].iloc[1].isna().all()


def test_details_in_a_list_are_no_details() -> None:
    """An object in a list has the keys and braces of an object, and is still another thing."""
    good = b'{"event_code": "ORDER.ACK", "details": {"qty": 1, "symbol": "X"}}'
    listed = b'{"event_code": "ORDER.ACK", "details": [{"qty": 1, "symbol": "X"}]}'
    tight = b'{"event_code":"ORDER.ACK","details":[ {"qty": 1, "symbol": "X"}]}'
    for lines in [good, listed, good, tight], [listed, good, tight]:
        assert_same(AURORA, b"\n".join(lines) + b"\n")


@examples(50)
@given(st.integers(0, 2**32))
def test_any_lines(seed: int) -> None:
    """Columns, counts, reasons and offsets are the same in both ways, for any mix of lines."""
    assert_same(AURORA, Writer(seed).block(), SHARED)


def test_every_bad_line_between_good_ones() -> None:
    """Each kind of bad line costs itself alone, in both ways, also when met again."""
    good = b'{"event_code": "RISK.DENY", "ts_ns": 1756757303115233280, "details": {"reason": "R"}}'
    decoder = Decoder(AURORA, small_bytes=0)
    for bad in BAD_LINES:
        for _ in range(2):
            assert_same(AURORA, b"\n".join([good, bad, good, bad, good]) + b"\n", decoder)


def test_long_blocks_of_mixed_lines() -> None:
    """Blocks large enough to be halved and cut in pieces give the same, with 1 % of bad lines."""
    rng = random.Random(5)
    rows = [
        b'{"event_code": "ORDER.SUBMIT", "ts_ns": %d, "order_type": "open", "details": {"tp": 0}}',
        b'{"event_code": "ORDER.ACK", "ts_ns": %d, "details": {"client_oid": "c"}}',
        b'{"event_code":"ORDER.ACK","ts_ns":%d,"details":{"client_oid":"c2","fill_type":"immediate"}}',
        b'{"deny_reason": "WHY_NEGATIVE_EDGE", "ts_ns": %d}',
        b'{"ts_ns": %d, "event_code": "SLA.CHECK", "details": {"latency_ms": 240.5, "x": 1e-05}}',
    ]
    block = []
    for number in range(6_000):
        if rng.random() < 0.01:
            block.append(rng.choice(BAD_LINES))
        else:
            block.append(rng.choice(rows) % (1756757303115233280 + number * 1_000_192))
    assert_same(AURORA, b"\n".join(block) + b"\n")


@pytest.mark.parametrize("name", ["aurora", "generic"])
def test_every_real_file(realdata: Path, name: str) -> None:
    """Every JSONL file of all five systems decodes the same in both ways, in either dialect."""
    dialect = load_dialect(name)
    for file in sorted(realdata.rglob("*.jsonl")):
        data = file.read_bytes()[:400_000]
        if data:
            data = data[: data.rfind(b"\n") + 1] if b"\n" in data else data + b"\n"
            assert_same(dialect, data)
