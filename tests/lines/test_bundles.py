"""Chunks of many files decoded together are what they are decoded one by one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.jsonl import JsonlSource
from data_sources.lines.bundles import Together, in_bundles
from data_sources.lines.chunk import Chunk
from data_sources.lines.decode import Decoder
from data_sources.lines.repeats import Repeats
from data_sources.reading import Counts
from tests.examples import examples

NOW = 1_800_000_000_000_000_000
START = 1_750_000_000_000_000_000
LINES = (
    b'{"event_code": "ORDER.SUBMIT", "ts_ns": 1750000000000000001, "cid": "c1", "qty": 2}\n',
    b'{"event_code": "ORDER.ACK", "ts_ns": 1750000000000000002, "details": {"oid": "7"}}\n',
    b'{"event_code": "RISK.DENY", "ts_ns": 1750000000000000003, "details": {"reason": "X"}}\n',
    b'{"event_code": "POLICY.DECISION", "details": {"route": "maker"}}\n',
    b"\n",
    b'{"event_code": "ORDER.ACK", "ts_ns": 17500\n',
    b"[1, 2]\n",
    b'{"event_code": "ORDER.SUBMIT", "ts_ns": "long ago"}\n',
    b'{"event_code": "\xff"}\n',
)
texts = st.lists(st.sampled_from(LINES), max_size=12).map(b"".join)


def together(dialect: str) -> Together:
    spoken = load_dialect(dialect)
    return Together(Decoder(spoken), Repeats(spoken))


def told(dialect: str, batches: list[list[Chunk]]) -> tuple[object, ...]:
    """Rows, what was set aside, and the counts, as plain values."""
    decoding = together(dialect)
    counts = Counts()
    rows, aside = [], []
    for chunks in batches:
        found = decoding.decode(chunks, {c.file: c.file for c in chunks}, NOW, counts)
        aside += [(q.reason, q.file, q.generation, q.offset, q.length) for q in found.set_aside]
        runs = [chunk for n, chunk in found.runs for _ in range(n)]
        parts = found.parts
        offsets = np.concatenate([part.offset for part in parts]).tolist() if parts else []
        times = np.concatenate([part.ts_ns for part in parts]).tolist() if parts else []
        kinds = [
            kind
            for part in parts
            for kind in decoding.decoder.table.categoricals(part.class_id)["kind"].tolist()
        ]
        rows += [
            (chunk.generation, *row)
            for chunk, row in zip(runs, zip(offsets, times, kinds, strict=True), strict=True)
        ]
    return rows, aside, counts.to_json()


@examples(26)
@given(st.lists(texts, min_size=1, max_size=8), st.sampled_from(["aurora", "rick", "peak_trade"]))
def test_together_is_one_by_one(contents: list[bytes], dialect: str) -> None:
    """Rows with their generations and offsets, lines set aside and all counts are the same."""
    chunks = [
        Chunk(f"s{n % 3}/log{n}.jsonl", f"s{n % 3}/log{n}.jsonl#{n:08x}", 1_000 * n, data)
        for n, data in enumerate(contents)
        if data
    ]
    assert told(dialect, [chunks]) == told(dialect, [[chunk] for chunk in chunks])


@given(st.lists(st.integers(1, 40), max_size=30), st.integers(1, 200))
def test_bundles_hold_every_byte(sizes: list[int], most: int) -> None:
    """Put together again they are the data; none but its last chunk carries it over the limit."""
    chunks = [Chunk("f", f"f#{n}", 0, b"x" * size) for n, size in enumerate(sizes)]
    bundles = list(in_bundles(chunks, most))
    assert [chunk for bundle in bundles for chunk in bundle.chunks] == chunks
    for bundle in bundles:
        assert sum(len(chunk.data) for chunk in bundle.chunks[:-1]) < most
        ends = [*bundle.starts.tolist()[1:], len(bundle.data)]
        for chunk, start, end in zip(bundle.chunks, bundle.starts.tolist(), ends, strict=True):
            assert bundle.data[start:end] == chunk.data


def test_forty_files_that_grew(tmp_path: Path) -> None:
    """Each of 40 sessions keeps its own name, order and places; the raw line is the event's own."""
    source = JsonlSource(tmp_path, dialect="aurora", name="aurora")
    files = [tmp_path / f"s{n:02d}" / "aurora_events.jsonl" for n in range(40)]
    for file in files:
        file.parent.mkdir()
    for number in range(2):
        for n, file in enumerate(files):
            with file.open("a") as out:
                for line in range(3):
                    ts = START + 1_000 * number + line
                    record = {"event_code": "ORDER.SUBMIT", "ts_ns": ts, "symbol": f"S{n}"}
                    out.write(json.dumps(record) + "\n")
        source.wake()
        frame = source.read().frame
        assert len(frame) == 120
        assert (frame["session_id"].astype(str) == "s" + _padded(frame["symbol"])).all()
        times = frame.groupby("session_id", observed=True)["ts_event"]
        assert times.apply(lambda each: each.is_monotonic_increasing).all()
        for row in frame.iloc[::17].itertuples():
            raw = source.raw_line(row.raw_generation, int(row.raw_offset))
            assert raw is not None
            assert json.loads(raw)["symbol"] == row.symbol


def _padded(symbols: pd.Series) -> pd.Series:
    return symbols.astype(str).str[1:].str.zfill(2)
