"""The trade state: a JSON file that is rewritten whole, and the positions that it tells."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import Catalog, ConfigError
from data_sources.frames import empty
from data_sources.json_file import JsonFileSource
from data_sources.reading import Reading
from tests.examples import examples

STATE: dict[str, Any] = {
    "EURUSDT": {
        "side": "LONG", "qty": 0.0032, "avg_entry": 1.1629, "peak": 1.1629, "trough": None,
        "opened_at": "2025-11-15T04:20:44.271174+00:00",
    },
    "EURUSDC": {
        "side": "LONG", "qty": 0.0032, "avg_entry": 1.1593,
        "opened_at": "2025-11-18T11:18:46.671967+00:00",
    },
    "NEARUSDT": {
        "side": "SHORT", "qty": -273.67, "avg_entry": 1.82,
        "last_updated": "2025-12-09T15:48:00.616614+00:00",
    },
    "STRKUSDT": {"side": "SHORT", "qty": 990.33, "avg_entry": 0.1887},
}  # fmt: skip
CHANGED_SECONDS = 1_765_000_000


def state_file(folder: Path, text: str | None = None, changed: int = CHANGED_SECONDS) -> Path:
    path = folder / "trade_state.json"
    path.write_text(json.dumps(STATE, indent=2) if text is None else text)
    os.utime(path, (changed, changed))
    return path


def source(path: Path) -> JsonFileSource:
    return JsonFileSource(path, dialect="quantum_trader", told_as="telemetry.trade_state")


def positions(reading: Reading) -> pd.DataFrame:
    return reading.frames["positions"]


def test_each_entry_is_a_position(tmp_path: Path) -> None:
    """Every symbol is a position of its own, its USDT and USDC twins too; no price is made up."""
    reading = source(state_file(tmp_path)).read()
    found = positions(reading)
    assert reading.state == "ok"
    assert reading.frame["state"].tolist() == ["ok"]
    assert found["symbol"].tolist() == ["EURUSDT", "EURUSDC", "NEARUSDT", "STRKUSDT"]
    assert found["position_side"].tolist() == ["long", "long", "short", "short"]
    assert found["quantity"].tolist() == [0.0032, 0.0032, 273.67, 990.33]
    assert found["entry_price"].tolist() == [1.1629, 1.1593, 1.82, 0.1887]
    assert found[["current_price", "unrealized_pnl"]].isna().all().all()
    assert dict(found.dtypes.astype(str)) == dict(empty("positions").dtypes.astype(str))


def test_how_old_a_position_is(tmp_path: Path) -> None:
    """It is as old as its own update, else as the file; when it was opened says nothing of that."""
    reading = source(state_file(tmp_path)).read()
    changed = pd.Timestamp(CHANGED_SECONDS, unit="s", tz="UTC")
    updated = pd.Timestamp("2025-12-09T15:48:00.616614Z")
    assert positions(reading)["as_of"].tolist() == [changed, changed, updated, changed]
    assert reading.as_of == changed


def test_a_half_written_file_changes_nothing(tmp_path: Path) -> None:
    """While the file is broken the last good content is given, with its own time, and said so."""
    path = state_file(tmp_path)
    origin = source(path)
    origin.read()
    state_file(tmp_path, json.dumps(STATE)[:80], CHANGED_SECONDS + 5)
    reading = origin.read()
    assert (reading.state, len(positions(reading))) == ("degraded", 4)
    assert "half-written" in str(reading.problem)
    assert reading.as_of == pd.Timestamp(CHANGED_SECONDS, unit="s", tz="UTC")
    state_file(tmp_path, json.dumps({"X": STATE["STRKUSDT"]}), CHANGED_SECONDS + 6)
    reading = origin.read()
    assert (reading.state, positions(reading)["symbol"].tolist()) == ("ok", ["X"])


def test_a_file_that_comes_and_goes(tmp_path: Path) -> None:
    """A missing file is waited for; one that went is down, and what it told stays with its time."""
    origin = source(tmp_path / "trade_state.json")
    reading = origin.read()
    assert (reading.state, len(positions(reading))) == ("waiting", 0)
    path = state_file(tmp_path)
    assert origin.read().state == "ok"
    path.unlink()
    reading = origin.read()
    assert (reading.state, len(positions(reading))) == ("down", 4)
    assert "given is what stood there at 2025-12-06T05:46:40Z" in str(reading.problem)
    state_file(tmp_path)
    assert origin.read().state == "ok"


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"X": NaN}', '{"X": {}, "X": {}}', "\0"])
def test_what_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    """A file that never held a usable object is told so, and tells no position."""
    reading = source(state_file(tmp_path, text)).read()
    assert (reading.state, len(positions(reading))) == ("bad_payload", 0)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A folder in its place, or a file beyond the limit, is unreadable with the reason."""
    assert source(tmp_path).read().state == "unreadable"
    small = JsonFileSource(
        state_file(tmp_path), dialect="quantum_trader", told_as="telemetry.trade_state", max_bytes=9
    )
    assert "more than 9 bytes" in str(small.read().problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["side", "qty", "avg_entry", "opened_at"]), inner)
    ),
    max_leaves=8,
)


@examples(20)
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_any_object(tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]) -> None:
    """Whatever the object holds, only entries with a quantity other than 0 are positions."""
    reading = source(state_file(tmp_path_factory.mktemp("any"), json.dumps(content))).read()
    assert reading.state == "ok"
    assert (positions(reading)["quantity"] > 0).all()


def test_in_a_configuration(tmp_path: Path) -> None:
    """It is a kind of source like any other; a kind of which no frame is made is refused."""
    state_file(tmp_path)
    toml = tmp_path / "deskwatch.toml"
    table = '[sources.state]\nkind = "json_file"\npath = "trade_state.json"\n'
    table += 'dialect = "quantum_trader"\ntold_as = "telemetry.trade_state"\n'
    toml.write_text(table)
    assert len(positions(Catalog.from_toml(toml)["state"].read())) == 4
    toml.write_text(table.replace('trade_state"\n', 'trade"\n').replace("e.json", "e.json"))
    with pytest.raises(ConfigError, match=r"told_as: was 'telemetry\.trade', .*frames"):
        Catalog.from_toml(toml)
