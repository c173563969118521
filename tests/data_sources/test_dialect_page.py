"""The page on dialects names every table and every key that the reader knows, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_sources.columns import EVENT_COLUMNS
from data_sources.dialects.dialect import load_dialect
from data_sources.dialects.limit_rules import NAMES as LIMITED
from data_sources.dialects.place import LOOSE_COLUMNS, WORD_COLUMNS
from data_sources.dialects.reader import Reader, Where
from data_sources.dialects.retold import SAME
from data_sources.dialects.rule import PREFIXES
from data_sources.exposition import followed
from data_sources.frames import FRAMES
from data_sources.lines.transforms import NUMBER_TRANSFORMS, WORD_TRANSFORMS
from data_sources.polled.mapping import load_mapping
from data_sources.streams.shape import load
from tests.data_sources.full_dialect import FULL

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/how-to-add-a-dialect.md"
NAMED = {
    "columns": "<column>", "frames": "<frame>", "rest": "<endpoint>", "limits": "<name>",
}  # fmt: skip


def general(where: Where) -> str:
    """`("frames", "trades", 0, "columns", "pnl")` as `frames.<frame>.columns.<column>`."""
    steps: list[str] = []
    for step in where:
        if isinstance(step, str):
            in_group = len(steps) == 1 or steps[-1:] == ["columns"]
            steps.append(NAMED.get(steps[-1], step) if in_group else step)
    return ".".join(steps)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, set[str]]]:
    """Table → the keys that are allowed there, as the reader is asked while it reads."""
    asked: dict[str, set[str]] = {}
    real = Reader.only

    def only(self: Any, where: Where, allowed: set[str]) -> None:
        asked.setdefault(general(where), set()).update(allowed)
        real(self, where, allowed)

    monkeypatch.setattr(Reader, "only", only)
    (tmp_path / "full.toml").write_text(FULL)
    load_dialect(tmp_path / "full.toml")
    load("quantum_trader")
    followed.load("quantum_trader")
    load_mapping("quantum_trader")
    yield asked


def documented() -> dict[str, set[str]]:
    """The same, as the table of the page says."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \|", PAGE.read_text(), re.MULTILINE)
    return {name.strip("[]"): set(re.findall(r"`([^`]+)`", keys)) for name, keys in rows}


GROUPS = {
    "columns": {*WORD_COLUMNS[2:], *LOOSE_COLUMNS},
    "limits": {*LIMITED},
    "rules.then": {*WORD_COLUMNS, *PREFIXES, "text"},
    "defaults.then": {*WORD_COLUMNS, *PREFIXES, "text"},
}
"""Tables whose keys are the columns of events, or limits; the page names them in a sentence."""


def test_every_key_of_the_reader_is_on_the_page(known: dict[str, set[str]]) -> None:
    """Each table that is read stands in the table of the page, with exactly its keys."""
    frames = {name for name in known if name.endswith(".columns")}
    for name in frames:
        assert known.pop(name) <= {column for frame in FRAMES.values() for column in frame}
    for name, columns in GROUPS.items():
        assert known.pop(name) == columns
    told = documented()
    top = told.pop("top of the file")
    assert known.pop("") == top - {"redis", "rest", "prometheus"}
    assert told == {name: keys for name, keys in known.items() if name}


def test_columns_and_words_are_on_the_page() -> None:
    """The columns that rules and places fill, the flags of rules and all transforms are named."""
    text = PAGE.read_text()
    groups = (word for name in ("rules.then", "columns", "limits") for word in GROUPS[name])
    for word in (*groups, *WORD_TRANSFORMS, *NUMBER_TRANSFORMS):
        assert f"`{word}`" in text, word
    for column in re.findall(r'"@(\w+)"', text):
        assert column in (*EVENT_COLUMNS, "record", "present", "absent", SAME[1:]), column


def test_what_is_a_function_exists() -> None:
    """The names that a dialect's Python file may have are those that are looked for."""
    text = PAGE.read_text()
    code = (PAGE.parent.parent / "data_sources/dialects/dialect.py").read_text()
    looked_for = set(re.findall(r'getattr\(module, "(\w+)"', code))
    assert looked_for == {"WORD_TRANSFORMS", "FRAME_ROWS", "finish"}
    assert all(f"`{name}" in text for name in looked_for)
