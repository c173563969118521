"""Any flat log in usual names is understood: a random schema is found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import JsonlSource
from data_sources.lines.guess import guess
from data_sources.lines.infer import SAMPLE_LINES
from ledger import order_lives
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, lives, renamed, told
from tests.examples import examples

NAMES = {
    "at": ("timestamp", "ts", "time", "event_time", "transactTime", "created_at", "date"),
    "word": (
        "event",
        "event_type",
        "msgType",
        "status",
        "OrdStatus",
        "exec_type",
        "action",
        "what",
    ),
    "order": ("client_order_id", "clOrdID", "order_id", "orderId", "oid", "cid"),
    "symbol": ("symbol", "sym", "ticker", "instrument_id", "pair", "market", "product"),
    "side": ("side", "order_side", "direction", "dir", "buySell"),
    "quantity": ("quantity", "qty", "order_qty", "size", "amount", "volume"),
    "price": ("price", "px", "limit_price", "limitPrice", "order_price"),
    "latency": ("latency", "took", "rtt", "elapsed", "ack_latency"),
    "reason": ("reason", "why", "reject_reason", "rejectReason", "cause"),
}
WORDS = {
    "submitted": ("new", "submitted", "submit", "sent", "placed", "created"),
    "accepted": ("accepted", "ack", "acknowledged", "confirmed", "working"),
    "filled": ("filled", "fill", "executed"),
    "canceled": ("canceled", "cancelled", "cancel"),
    "rejected": ("rejected", "reject", "nack"),
}
SIDES = (("buy", "sell"), ("BUY", "SELL"), ("LONG", "SHORT"), ("B", "S"), ("1", "2"))
STYLES = (str, str.upper, str.capitalize, "order_{}".format, "ORDER.{}".format)
UNITS = {1: ("ns", "_ns"), 1_000: ("us", "Us"), 10**6: ("_ms", "Ms"), 10**9: ("_s", "_seconds")}
COLUMNS = {"at": "time", "word": "code", "order": "client_order_id", "latency": "latency_seconds"}

names = st.fixed_dictionaries({key: st.sampled_from(each) for key, each in NAMES.items()})
words = st.fixed_dictionaries({key: st.sampled_from(each) for key, each in WORDS.items()})


@st.composite
def logs(draw: st.DrawFn) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """A schema (our key → his), and the same lives of orders written in it."""
    keys = draw(names.filter(lambda chosen: len(set(chosen.values())) == len(chosen)))
    unit = draw(st.sampled_from(sorted(UNITS)))
    keys["latency"] += draw(st.sampled_from(UNITS[unit]))
    time_unit = draw(st.sampled_from((1, 1_000, 10**6)))
    style = draw(st.sampled_from(STYLES))
    his = {word: style(said) for word, said in draw(words).items()}
    his |= dict(zip(("buy", "sell"), draw(st.sampled_from(SIDES)), strict=True))
    noise = draw(st.dictionaries(st.sampled_from(("seq", "host", "pid")), st.integers(0, 9)))
    records = []
    for record in lives(draw(st.integers(3, 9))):
        record["at"] //= time_unit
        if "latency" in record:
            record["latency"] /= unit
        records.append({**noise, **renamed(record, keys, his)})
    return keys, records


@examples(40)
@given(logs())
def test_a_random_schema_is_found_again(
    tmp_path_factory: pytest.TempPathFactory, log: tuple[dict[str, str], list[dict[str, Any]]]
) -> None:
    """Each key means again what it was made for, and the file reads the lines that it claims.

    The orders that come of it are those that were written: as many, ended in the same way.
    """
    keys, records = log
    lines = told(records)
    mapping = guess(lines, now_ns=NOW_NS)
    found = {each.role: each.path for each in mapping.choices}
    assert found == found | {COLUMNS.get(ours, ours): his for ours, his in keys.items()}
    assert mapping.accepted_ratio == mapping.counted_ratio == 1.0
    assert mapping.sure_ratio > 0.5
    folder = tmp_path_factory.mktemp("his")
    mapping.write(folder / "his.toml")
    write(folder / "logs/a.jsonl", *lines)
    reading = JsonlSource(folder / "logs", dialect=str(folder / "his.toml")).read()
    assert reading.counts is not None
    assert reading.counts.accepted >= mapping.accepted_ratio * len(lines)
    written = [r for r in lives() if r["word"] == "submitted"]
    orders = order_lives(reading.frame).sort_values("ts_submitted")
    ends = ("filled", "canceled", "rejected")
    assert orders["status"].astype(str).tolist() == [ends[n % 3] for n in range(len(orders))]
    for row, order in zip(orders.to_dict("records"), written, strict=False):
        assert row["client_order_id"] == order["order"]
        assert (row["side"], row["order_quantity"]) == (order["side"], order["quantity"])
        assert row["limit_price"] == order["price"]
    acks = reading.frame.loc[reading.frame["kind"] == "order.accepted", "latency_seconds"]
    waited = [record["latency"] / 1e9 for record in lives(20) if "latency" in record]
    assert acks.tolist() == pytest.approx(waited[: len(acks)])


keys_and_values = st.dictionaries(
    st.text(max_size=12) | st.sampled_from(("status", "time", "id", "side", "details", "a b")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20) | st.sampled_from(("NEW", "FILLED", "*", "@present", "\x7f\n#")),
        lambda inner: st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=4,
    ),
    max_size=6,
)  # fmt: skip


@examples(50)
@given(st.lists(keys_and_values | st.binary(max_size=30), max_size=8))
def test_whatever_stands_in_lines_the_file_loads_and_reads_as_claimed(
    tmp_path_factory: pytest.TempPathFactory, records: list[Any]
) -> None:
    """No key, no value and no bytes make a file that is refused, or one that claims too much."""
    lines = [
        r.replace(b"\n", b"") if isinstance(r, bytes) else json.dumps(r).encode() for r in records
    ]
    mapping = guess(lines, now_ns=NOW_NS)
    if not mapping.usable:
        return
    folder = tmp_path_factory.mktemp("his")
    mapping.write(folder / "his.toml")
    write(folder / "logs/a.jsonl", *lines)
    reading = JsonlSource(
        folder / "logs", dialect=str(folder / "his.toml"), clock=lambda: NOW_NS
    ).read()
    assert reading.counts is not None
    assert reading.counts.accepted >= round(mapping.accepted_ratio * mapping.lines)


def test_auto_guesses_and_reads_on_in_the_same_way(tmp_path: Path) -> None:
    """`auto` speaks the guessed mapping; another process with its cursor reads on in it."""
    names = {key: each[0] for key, each in NAMES.items()}
    lines = told([renamed(record, names, {}) for record in lives(3)])
    path = write(tmp_path / "logs/a.jsonl", *lines[:6])
    log = JsonlSource(path.parent)
    first = log.read()
    assert log.speaks == "guessed"
    assert log.guessed is not None
    assert log.guessed.is_useful
    cursor = json.loads(json.dumps(first.cursor))
    write(path, *lines[6:])
    second = JsonlSource(path.parent).read(cursor)
    assert [*first.frame["kind"], *second.frame["kind"]] == [f"order.{r['word']}" for r in lives(3)]
    assert "guessed.toml:" in log.explain(path, 1)


def test_a_guess_gets_better_until_there_are_enough_lines(tmp_path: Path) -> None:
    """Keys that come later are found too, as long as few lines were seen; then it is settled."""
    names = {key: each[0] for key, each in NAMES.items()}
    records = [renamed(record, names, {}) for record in lives(100)]
    path = write(tmp_path / "logs/a.jsonl", told(records)[0])
    log = JsonlSource(path.parent)
    log.read()
    assert log.guessed is not None
    assert "reason" not in log.guessed.toml().split("[record]")[1]
    write(path, *told(records)[1:SAMPLE_LINES])
    frame = log.read().frame
    assert "no margin" in set(frame["reason"].dropna())
    settled = log.guessed
    write(path, *told(records)[SAMPLE_LINES:])
    log.read()
    assert log.guessed is settled


def test_a_log_that_began_with_idle_words_is_guessed_again_after_a_restart(tmp_path: Path) -> None:
    """A mapping that found nothing but the time waits for better lines in the next process too."""
    idle = [
        json.dumps({"asctime": f"2026-09-21T00:00:{n:02}+00:00", "msg": f"part {n}"}).encode()
        for n in range(20)
    ]
    path = write(tmp_path / "logs/a.jsonl", *idle)
    log = JsonlSource(path.parent)
    cursor = json.loads(json.dumps(log.read().cursor))
    assert log.guessed is not None
    assert not log.guessed.is_useful
    names = {key: each[0] for key, each in NAMES.items()} | {"at": "asctime"}
    write(path, *told([renamed(record, names, {}) for record in lives(3)]))
    second = JsonlSource(path.parent).read(cursor)
    assert [*second.frame["kind"]] == [f"order.{record['word']}" for record in lives(3)]
