"""A user's own dialect, wherever it lies, is refused by file, line and key: for every table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import load_dialect
from tests.data_sources.full_dialect import FULL

LINES = FULL.splitlines()
FREE = (".when]", ".unless]", "session_begins]")
"""Conditions may name any key of a record."""
ALLOWED = {
    ("[]", 'keys = ["when"]'),
    ("[]", 'identity = ["id"]'),
    ('""', 'what = "NO"'),
    ('""', 'what = "START"'),
}


def refused(folder: Path, lines: list[str]) -> str:
    path = folder / "a folder" / "mine.toml"
    path.parent.mkdir()
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(DialectError) as caught:
        JsonlSource(folder, dialect=str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}:")
    return message.removeprefix(f"{path}:")


def headers() -> Iterator[int]:
    """The places of all tables but conditions."""
    yield from (n for n, line in enumerate(LINES) if line[:1] == "[" and not line.endswith(FREE))


def keys() -> Iterator[int]:
    yield from (n for n, line in enumerate(LINES) if re.match(r"\w+ =", line))


def test_the_whole_dialect_is_valid(tmp_path: Path) -> None:
    """As it stands it loads, so that each refusal below is of the mistake alone."""
    (tmp_path / "full.toml").write_text(FULL)
    assert load_dialect(tmp_path / "full.toml").name == "full"


def test_a_key_at_the_top_that_nobody_knows(tmp_path: Path) -> None:
    """An unknown key at the top is named with its line, and what is allowed."""
    message = refused(tmp_path, ["nonsense = 1", *LINES])
    assert message.startswith("1: nonsense: unknown key. Allowed: claims, columns, defaults, ")


@pytest.mark.parametrize("number", headers(), ids=lambda n: LINES[n])
def test_a_key_that_nobody_knows(tmp_path: Path, number: int) -> None:
    """In every table a key that is not known is refused, with its line and its path."""
    message = refused(tmp_path, [*LINES[: number + 1], "nonsense = 1", *LINES[number + 1 :]])
    where = re.sub(r"[\[\]]", "", LINES[number])
    place, key, _ = message.split(": ", 2)
    assert place == str(number + 2), message
    assert re.sub(r"\[\d+\]", "", key) == f"{where}.nonsense"


@pytest.mark.parametrize("number", keys(), ids=lambda n: f"{n + 1}: {LINES[n]}")
@pytest.mark.parametrize("wrong", ["[[1]]", "1979-05-27", '""', "{ a = [{}] }", "[]"])
def test_a_value_of_the_wrong_type(tmp_path: Path, number: int, wrong: str) -> None:
    """Every key refuses what it cannot use by its own line, never with another error."""
    key = LINES[number].partition(" =")[0]
    if (wrong, LINES[number]) in ALLOWED:
        pytest.skip("allowed: no sign by keys, no identity, an empty text to compare with")
    message = refused(tmp_path, [*LINES[:number], f"{key} = {wrong}", *LINES[number + 1 :]])
    assert message.split(":")[0] == str(number + 1), message
