"""Events become rows of the agreed frames as a dialect's `[frames.<name>]` tables say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.dialects.event_frames import frame_of, frames_of
from data_sources.frames import FRAMES, TRACE, empty
from tests.data_sources.good_lines import write
from tests.examples import examples

SMALL = """\
name = "small"

[record]
time = ["when"]
code = ["what"]
details = ["@record"]

[columns.symbol]
from = ["sym"]

[[rules]]
when = { code = "DONE" }
then = { kind = "trade.closed" }

[[rules]]
when = { code = ["BOOK", "HEALTH"] }
then = { kind = "position" }

[frames.trades]
when = { kind = "trade.closed", paper = "@absent" }

[frames.trades.columns]
entry_price = ["details.entry", "in.price"]
ts_opened = { from = ["in.at"], as = "time" }
ts_closed = ["@ts_event"]
pnl_ratio = { from = ["pnl_percent"], as = "ratio_of_percent" }
position_side = { from = ["side"], map = { BUY = "long", SELL = "short" }, else = "missing" }
currency = { is = "USDT" }

[[frames.positions]]
when = { kind = "position", code = "BOOK" }
each = "book"

[frames.positions.columns]
symbol = ["each.@key"]
quantity = ["each.qty"]
as_of = ["@ts_event"]

[[frames.positions]]
when = { kind = "position", code = "HEALTH" }
each = "details.list"

[frames.positions.columns]
symbol = ["each.@value", "each.s"]
"""

LINES: list[dict[str, Any]] = [
    {"what": "DONE", "when": 1756757303, "sym": "X", "entry": 2.5, "side": "buy"},
    {"what": "DONE", "when": 1756757304, "sym": "Y", "in": {"price": "3", "at": "2025-09-01"}},
    {"what": "DONE", "when": 1756757305, "sym": "Z", "paper": True},
    {"what": "DONE", "when": 1756757306, "pnl_percent": -2, "side": "HELD", "in": {"at": "soon"}},
    {"what": "OTHER", "when": 1756757307, "sym": "X", "entry": 9},
    {"what": "BOOK", "when": 1756757308, "book": {"A": {"qty": 1}, "B": {"qty": "2"}, "C": 7}},
    {"what": "BOOK", "when": 1756757309, "book": 5},
    {"what": "HEALTH", "when": 1756757310, "list": ["P", {"s": "Q"}]},
]


@pytest.fixture
def small(tmp_path: Path) -> Dialect:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return load_dialect(path)


def events_of(folder: Path, dialect: Dialect, lines: list[dict[str, Any]]) -> pd.DataFrame:
    write(folder / "logs/a.jsonl", *[json.dumps(line).encode() for line in lines])
    return JsonlSource(folder / "logs", dialect=str(dialect.file), account_id="A").read().frame


def test_rows_of_a_frame(tmp_path: Path, small: Dialect) -> None:
    """Events that fit become rows: paths first to last, event columns by themselves, constants."""
    trades = frame_of(events_of(tmp_path, small, LINES), small, "trades")
    assert trades["symbol"].fillna("-").tolist() == ["X", "Y", "-"]
    assert trades["entry_price"].fillna(0).tolist() == [2.5, 3.0, 0.0]
    assert trades["position_side"].fillna("-").tolist() == ["long", "-", "-"]
    assert trades["pnl_ratio"].fillna(0).tolist() == [0.0, 0.0, -0.02]
    assert trades["ts_opened"].isna().tolist() == [True, False, True]
    assert trades["ts_opened"].iloc[1] == pd.Timestamp("2025-09-01", tz="UTC")
    assert trades["ts_closed"].iloc[2] == pd.Timestamp(1756757306, unit="s", tz="UTC")
    assert set(trades["currency"]) == {"USDT"}


def test_each_entry_of_a_list_or_table_is_a_row(tmp_path: Path, small: Dialect) -> None:
    """One event may tell many rows; what is no list or table tells none."""
    positions = frame_of(events_of(tmp_path, small, LINES), small, "positions")
    assert positions["symbol"].tolist() == ["A", "B", "C", "P", "Q"]
    assert positions["quantity"].fillna(0).tolist() == [1, 2, 0, 0, 0]
    assert positions["as_of"].notna().tolist() == [True, True, True, False, False]


def test_each_row_leads_back_to_its_line(tmp_path: Path, small: Dialect) -> None:
    """A row carries source, account and the place of its line."""
    events = events_of(tmp_path, small, LINES)
    trades = frame_of(events, small, "trades")
    told = events.iloc[[0, 1, 3]]
    for column in TRACE:
        assert trades[column].tolist() == told[column].tolist()


def test_columns_and_dtypes_whatever_there_is(tmp_path: Path, small: Dialect) -> None:
    """The frame has its agreed columns and dtypes with rows, without rows and without a table."""
    events = events_of(tmp_path, small, LINES)
    for name in FRAMES:
        for some in events, events[:0]:
            found = frame_of(some, small, name)
            assert dict(found.dtypes.astype(str)) == dict(empty(name).dtypes.astype(str)), name
    assert frames_of(small) == {"trades": ("trade.closed",), "positions": ("position",)}
    assert frames_of(load_dialect("generic")) == {}
    with pytest.raises(KeyError):
        frame_of(events, small, "tradse")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["qty", "s", "at"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@examples(13)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["entry", "in", "pnl_percent", "side", "book", "list", "sym"]), JSON
        ),
        max_size=4,
    )
)
def test_any_value_at_any_place(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    """Whatever stands at the places, rows come out in the agreed dtypes, none lost."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "small.toml").write_text(SMALL)
    dialect = load_dialect(folder / "small.toml")
    lines = [
        {"what": code, "when": 1756757303, **row}
        for row in rows
        for code in ("DONE", "BOOK", "HEALTH")
    ]
    events = events_of(folder, dialect, lines or LINES)
    assert len(frame_of(events, dialect, "trades")) == (len(rows) or 3)
    entries = [row["book"] for row in rows if isinstance(row.get("book"), dict | list)]
    entries += [row["list"] for row in rows if isinstance(row.get("list"), dict | list)]
    positions = frame_of(events, dialect, "positions")
    assert len(positions) == (sum(map(len, entries)) if rows else 5)
    assert dict(positions.dtypes.astype(str)) == dict(empty("positions").dtypes.astype(str))


WRONG = [
    (
        "[frames.trades]",
        "[frames.tradse]",
        r":19: frames\.tradse: unknown frame\. Did you mean 'trades'",
    ),
    (
        "entry_price =",
        "entry_prise =",
        r":23: frames\.trades\.columns\.entry_prise: .*'entry_price'",
    ),
    (
        'when = { kind = "trade.closed", ',
        "when = { ",
        r":20: frames\.trades\.when: must name the kinds",
    ),
    (
        'kind = "trade.closed", ',
        'kind = "trade.close", ',
        r"frames\.trades\.when\.kind: .*'trade\.closed'",
    ),
    ('as = "time"', 'as = "tim"', r":24: frames\.trades\.columns\.ts_opened\.as: was 'tim'"),
    ('as = "ratio_of_percent"', 'as = "side"', r":26: .*pnl_ratio\.as: .*ratio_of_percent"),
    ('{ is = "USDT" }', '{ iss = "USDT" }', r":28: .*currency\.iss: unknown key"),
    ('{ is = "USDT" }', '{ map = { a = "b" } }', r":28: .*currency: must have `from`"),
    (
        '["@ts_event"]\npnl',
        '["@ts_evnt"]\npnl',
        r":25: .*ts_closed\[0\]: .*Did you mean '@ts_event'",
    ),
    ('each = "book"', 'each = "a..b"', r":32: frames\.positions\[0\]\.each: 'a\.\.b' is no path"),
    (
        'symbol = ["each.@value"',
        'symbl = ["each.@value"',
        r":44: frames\.positions\[1\]\.columns\.symbl",
    ),
    (
        'each = "details.list"',
        'row = "mine"',
        r":41: frames\.positions\[1\]\.row: unknown function",
    ),
]


@pytest.mark.parametrize(("good", "bad", "message"), WRONG)
def test_a_wrong_table_is_refused(tmp_path: Path, good: str, bad: str, message: str) -> None:
    """A mistake in a frame table is refused by file, line and key, with what is allowed."""
    path = tmp_path / "small.toml"
    assert good in SMALL
    path.write_text(SMALL.replace(good, bad))
    with pytest.raises(DialectError) as refused:
        load_dialect(path)
    assert re.search(message, str(refused.value)), str(refused.value)
