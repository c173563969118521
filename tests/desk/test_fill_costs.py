"""Fee and liquidity of executions: as the lines of the fills tell them, else missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import read_dialect
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for


@contextmanager
def desk_of(state: Path, **logs: tuple[Path, str]) -> Iterator[Desk]:
    """A desk of logs (path, dialect) that has read all of them."""
    sources = {
        name: JsonlSource(str(path), dialect=dialect, name=name)
        for name, (path, dialect) in logs.items()
    }
    desk = Desk([origin(name, source) for name, source in sources.items()], state_dir=state)
    desk.start()
    try:
        wait_for(lambda: all(row["accepted"] for row in desk.sources()) and not desk.not_ready())
        yield desk
    finally:
        desk.stop()


def told(*records: dict[str, object]) -> str:
    """Lines of Peak_Trade's telemetry: one order and what is said of it."""
    lines = [
        {"ts": f"2026-01-02T12:00:0{n}Z", "session_id": "s", "symbol": "A", "mode": "paper"}
        | record
        for n, record in enumerate(records)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_the_fees_of_the_real_sessions(realdata: Path, tmp_path: Path) -> None:
    """Every fill of the golden sessions has the fee of its own line; none tells its liquidity."""
    folder = realdata / "peak_trade/fixtures/execution_telemetry"
    fees = {}
    for line in "".join(f.read_text() for f in folder.glob("*.jsonl")).splitlines():
        if '"kind":"fill"' in line.replace(" ", ""):
            record = json.loads(line)
            key = (record["session_id"], record["payload"]["order_id"])
            fees[key] = record["payload"].get("fill_fee")
    with desk_of(tmp_path, peak=(folder, "peak_trade")) as desk:
        fills = desk.frame("fills")
    found = fills.set_index(["session_id", "client_order_id"])["fee"]
    assert len(found) == len(fees) > 5
    for key, fee in fees.items():
        assert pd.isna(found[key]) if fee is None else found[key] == fee
    assert fills["liquidity"].isna().all()


def test_each_part_has_its_own_fee_and_untold_ones_are_missing(tmp_path: Path) -> None:
    """Two executions of one order: the first costs 0.25, the second says nothing; 0 is a fee."""
    order = {"kind": "order", "payload": {"client_id": "o", "side": "buy", "quantity": 2}}
    part = {"event_type": "partially_filled", "order_id": "o", "payload": {"fill": {"qty": 1}}}
    first = part | {"payload": {"fill": {"qty": 1}, "fill_fee": 0.25}}
    free = {"kind": "order", "payload": {"client_id": "p", "side": "buy", "quantity": 1}}
    gift = {"kind": "fill", "payload": {"client_id": "p", "filled_quantity": 1, "fill_fee": 0}}
    log = tmp_path / "s.jsonl"
    log.write_text(told(order, first, part, free, gift))
    with desk_of(tmp_path / "state", peak=(log, "peak_trade")) as desk:
        fills = desk.frame("fills")
        newest = desk.frame("fills", limit=1)
        other = desk.frame("fills", source="nobody")
    assert fills["client_order_id"].tolist() == ["o", "o", "p"]
    assert fills["fee"].fillna(-1.0).tolist() == [0.25, -1.0, 0.0]
    assert newest["fee"].tolist() == [0.0]
    assert other.empty


def test_a_route_is_no_liquidity(tmp_path: Path) -> None:
    """An order that was routed as maker says nothing of how it was filled; a told word is told."""
    base = 1_767_355_200_000_000_000
    lines = [
        {"ts_ns": base, "event_code": "ORDER.SUBMIT", "cid": "c", "details": {"route": "maker"}},
        {"ts_ns": base + 1, "event_code": "ORDER.PARTIAL", "cid": "c"}
        | {"details": {"route": "maker", "fill_qty_step": 1}},
        {"ts_ns": base + 2, "event_code": "ORDER.FILL", "cid": "c", "liquidity": "TAKER"},
    ]
    log = tmp_path / "events.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with desk_of(tmp_path / "state", aurora=(log, "aurora")) as desk:
        fills = desk.frame("fills")
        assert desk.frame("orders")["route"].tolist() == ["maker"]
    assert fills["liquidity"].fillna("-").tolist() == ["-", "taker"]
    assert fills["fee"].isna().all()


def test_sources_side_by_side_keep_their_own(tmp_path: Path) -> None:
    """The same lines in two sources: each fill has the fee of its own source's line."""
    for name, fee in ("a", 1.0), ("b", 2.0):
        order = {"kind": "order", "payload": {"client_id": "o", "side": "buy", "quantity": 1}}
        fill = {"kind": "fill", "payload": {"client_id": "o", "filled_quantity": 1}}
        fill["payload"]["fill_fee"] = fee  # type: ignore[index]
        (tmp_path / f"{name}.jsonl").write_text(told(order, fill))
    both = {name: (tmp_path / f"{name}.jsonl", "peak_trade") for name in "ab"}
    with desk_of(tmp_path / "state", **both) as desk:
        found = desk.frame("fills").set_index("source")["fee"]
    assert found.to_dict() == {"a": 1.0, "b": 2.0}


def test_a_dialect_tells_only_what_a_fill_cost(tmp_path: Path) -> None:
    """The rest of an execution is made of events: a dialect that tells it is refused by line."""
    path = tmp_path / "mine.toml"
    text = 'name = "mine"\n[record]\ntime = ["t"]\ncode = ["c"]\n[frames.fills]\n'
    path.write_text(
        text + 'when = { kind = "order.filled" }\n[frames.fills.columns]\nprice = ["p"]\n'
    )
    with pytest.raises(DialectError, match=r"mine\.toml:8: frames\.fills\.columns\.price"):
        read_dialect(path)
