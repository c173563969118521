"""Values within nested objects are found at once, in the fast way as in the strict one."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.lines.decode import Decoder
from data_sources.lines.fast import FastWay
from tests.lines.odd_lines import NOW_NS
from tests.lines.test_decode_ways import assert_same

RICK = load_dialect("rick")
SHARED = Decoder(RICK, small_bytes=0)
TS = "2025-10-16T11:41:45.%06dZ"

NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(allow_nan=False, width=32))
TEXTS = st.sampled_from(
    ["EUR_USD", "BUY", "SELL", "x", "", "a}b{", 'q"uote', "é", "1.5", "a:b", "[{"]
)
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
KEYS = st.sampled_from(
    ["order_id", "instrument", "side", "units", "size", "entry", "mode", "ttl_min", "symbol", "x"]
)
INNER = st.dictionaries(KEYS, PLAIN, max_size=6)
NESTED = st.one_of(
    INNER,
    PLAIN,
    st.lists(INNER, max_size=2),
    st.dictionaries(KEYS, st.one_of(PLAIN, INNER, st.lists(PLAIN, max_size=2)), max_size=4),
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["oanda", "coinbase", "arena"]),
        "type": st.sampled_from(["oco_placed", "order_cancelled", "error", "x"]),
        "event_type": st.sampled_from(["OCO_PLACED", "TRADE_CLOSED", "a sentence"]),
        "symbol": TEXTS,
        "payload": NESTED,
        "details": NESTED,
        "ts": st.integers(0, 999_999).map(lambda n: TS % n),
    },
)


@given(st.lists(RECORDS, max_size=12), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_both_ways_agree(records: list[dict[str, object]], separators: tuple[str, str]) -> None:
    """Objects, lists of objects, nulls and texts with braces in them: the same rows either way."""
    lines = [json.dumps(record, separators=separators).encode() for record in records]
    assert_same(RICK, b"".join(line + b"\n" for line in lines) or b"\n", SHARED)


def test_a_list_where_an_object_stood() -> None:
    """Two lines with the same keys and braces, one of them with a list: each is read as it is."""
    whole = '{"source":"oanda","type":"oco_placed","payload":{"order_id":"a","units":1},"ts":"%s"}'
    listed = whole.replace('"payload":{', '"payload":[{').replace("},", "}],")
    blank = whole.replace('"payload":', '"payload": ')
    inner = listed.replace("[{", "[[{").replace("}]", "}]]")
    for first in (whole, listed, blank, inner):
        lines = [first, whole, listed, blank, inner] * 3
        data = "".join(line % (TS % n) + "\n" for n, line in enumerate(lines))
        assert_same(RICK, data.encode())


@pytest.mark.parametrize("seed", range(3))
def test_events_of_the_arena_need_no_strict_way(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand placed orders not one is parsed on its own."""
    rng = random.Random(seed)
    lines = [
        json.dumps(
            {"source": "oanda", "type": "oco_placed",
             "payload": {"order_id": f"paper-oanda-{n}", "instrument": "EUR_USD",
                         "side": rng.choice(["BUY", "SELL"]), "units": 100,
                         "entry": round(rng.uniform(1, 2), 5), "mode": "paper", "ttl_min": 360},
             "ts": TS % n},
            separators=(",", ":"),
        ).encode()
        for n in range(10_000)
    ]  # fmt: skip
    left: list[int] = []
    fast = FastWay.decode

    def watched(self, *arguments):  # type: ignore[no-untyped-def]
        taken = fast(self, *arguments)
        left.append(len(taken.starts))
        return taken

    monkeypatch.setattr(FastWay, "decode", watched)
    columns, bad = Decoder(RICK).decode(b"\n".join(lines) + b"\n", NOW_NS)
    assert (len(columns), bad, left) == (10_000, [], [0])
    assert columns.texts["client_order_id"][9_999].as_py() == "paper-oanda-9999"
