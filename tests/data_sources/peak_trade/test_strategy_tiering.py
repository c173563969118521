"""Peak_Trade's list of strategies: a TOML file, read whole when it changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources import Catalog
from data_sources.frames import empty
from data_sources.json_file import JsonFileSource

TIERING = """\
# Tiering: core, aux, legacy, r_and_d.
[strategy.rsi_reversion]
tier = "core"
recommended_config_id = "rsi_reversion_v1_core"
allow_live = true
notes = "Robust über mehrere Regime."

[strategy.my_strategy]
tier = "legacy"
allow_live = false
notes = "Nur Demo."

[strategy."el karoui.v0"]
tier = "r_and_d"
label = "El Karoui Volatility Model"
category = "volatility"
risk_profile = "experimental"
owner = "research"
tags = ["volatility", "options"]
reviewed = 2026-01-31
notes = \"\"\"
Zwei
Zeilen.
\"\"\"
"""


def source(path: Path) -> JsonFileSource:
    return JsonFileSource(path, dialect="peak_trade", told_as="telemetry.strategy_tiering")


def tiering(folder: Path, text: str | bytes = TIERING, changed: int = 1_765_000_000) -> Path:
    path = folder / "strategy_tiering.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (changed, changed))
    return path


def told(path: Path) -> list[list[Any]]:
    found = source(path).read().frames["strategies"]
    columns = ["strategy_id", "tier", "allow_live", "label", "profile"]
    rows = found[columns].astype("object")
    return rows.where(rows.notna(), None).to_numpy().tolist()


def test_each_strategy_is_a_row(tmp_path: Path) -> None:
    """Tier and permission of each; what a table does not say is missing, not false."""
    assert told(tiering(tmp_path)) == [
        ["rsi_reversion", "core", True, None, None],
        ["my_strategy", "legacy", False, None, None],
        ["el karoui.v0", "r_and_d", None, "El Karoui Volatility Model", "experimental"],
    ]
    reading = source(tiering(tmp_path)).read()
    found = reading.frames["strategies"]
    assert (reading.state, reading.problem) == ("ok", None)
    assert found[["enabled", "positions", "confidence_ratio_min"]].isna().all(axis=None)
    assert found.dtypes.astype(str).to_dict() == empty("strategies").dtypes.astype(str).to_dict()


def test_a_broken_file_changes_nothing(tmp_path: Path) -> None:
    """While somebody edits it the last good list is given, and what is wrong is said."""
    origin = source(tiering(tmp_path))
    origin.read()
    tiering(tmp_path, TIERING + "[strategy.half", 1_765_000_005)
    reading = origin.read()
    assert (reading.state, len(reading.frames["strategies"])) == ("degraded", 3)
    assert "is no TOML now" in str(reading.problem)
    tiering(tmp_path, '[strategy.one]\ntier = "aux"\n', 1_765_000_010)
    reading = origin.read()
    assert (reading.state, reading.frames["strategies"]["strategy_id"].tolist()) == ("ok", ["one"])


@pytest.mark.parametrize(
    "text",
    [b"[[", b"strategy = nan", b"\xff\xfe", b"a = " + b"[" * 5_000, b"a = 1\na = 2"],
    ids=["half", "not a number", "not UTF-8", "deep", "a key twice"],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: bytes) -> None:
    """It is said so, no strategy is told, and nothing is raised."""
    reading = source(tiering(tmp_path, text)).read()
    assert (reading.state, len(reading.frames["strategies"])) == ("bad_payload", 0)


@pytest.mark.parametrize(
    "text", ["", "strategy = 1", 'strategy = ["a"]', "[strategy]", '[strategy]\nx = "core"']
)
def test_an_odd_shape_is_no_tier(tmp_path: Path, text: str) -> None:
    """TOML of another shape is well, and tells no tier of anything."""
    assert all(row[1] is None for row in told(tiering(tmp_path, text)))


def test_a_desk_is_told_of_it_in_its_configuration(tmp_path: Path) -> None:
    """`kind = "json_file"` reads it: the name of the file says that it is TOML."""
    tiering(tmp_path)
    (tmp_path / "desk.toml").write_text(
        '[sources.tiering]\nkind = "json_file"\npath = "strategy_tiering.toml"\n'
        'dialect = "peak_trade"\ntold_as = "telemetry.strategy_tiering"\n'
    )
    reading = Catalog.from_toml(tmp_path / "desk.toml")["tiering"].read()
    assert set(reading.frames["strategies"]["source"]) == {"tiering"}


NAMES = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=12)


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(NAMES, st.tuples(st.sampled_from(["core", "aux"]), st.booleans())))
def test_any_list(
    tmp_path_factory: pytest.TempPathFactory, strategies: dict[str, tuple[str, bool]]
) -> None:
    """Whatever they are called: as many rows as tables, each with its own words."""
    text = "".join(
        f'[strategy."{name}"]\ntier = "{tier}"\nallow_live = {str(live).lower()}\n'
        for name, (tier, live) in strategies.items()
    )
    found = told(tiering(tmp_path_factory.mktemp("tiers"), text))
    assert {name: (tier, live) for name, tier, live, *_ in found} == strategies
