"""The page on sources names what a reading has, and what is asked of a kind."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from data_sources.frames import FRAMES, empty, shaped
from data_sources.reading import STATES, Reading
from data_sources.registry import discover

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/how-to-add-a-source.md"


def test_a_reading_is_told_whole() -> None:
    """Each field of a reading stands in the table, each state in the row of `state`; no others."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE))
    assert set(rows) == {field.name for field in fields(Reading)}
    assert re.findall(r"`(\w+)`", rows["state"]) == list(STATES)


def test_what_the_desk_needs_is_what_kinds_have() -> None:
    """Every kind there is has what the page asks for; those that recognize folders say why."""
    text = PAGE.read_text()
    needed = re.search(r"What the desk needs of it: (.+?);", text, re.DOTALL)
    assert needed is not None
    kinds = discover()
    assert len(kinds) > 5
    for kind, source_class in kinds.items():
        assert source_class.kind == kind
        assert isinstance(source_class.frame_name, str)
        for method in ("read", "close"):
            assert f"`{method}`" in needed[0]
            assert callable(getattr(source_class, method))
    asked = [each for each in kinds.values() if hasattr(each, "recognizes")]
    assert asked
    assert all(each.recognizes(PAGE.parent) is None for each in asked)


def test_the_frames_of_the_page_can_be_made() -> None:
    """`shaped` and `empty` are called as the page says, and give the agreed columns."""
    assert 'shaped("positions", rows, source=' in PAGE.read_text().replace("\n", " ")
    made = shaped("positions", [{"symbol": "A", "quantity": 1}], source="x", account_id="y")
    assert set(FRAMES["positions"]) <= set(made.columns)
    assert set(FRAMES["positions"]) <= set(empty("positions").columns)
    assert made["entry_price"].isna().all()
