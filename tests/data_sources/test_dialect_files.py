"""A dialect file is checked: what is wrong is named by file, line, key and what is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data_sources import DialectError, JsonlSource
from data_sources.dialects.dialect import built_in, load_dialect
from tests.data_sources.good_lines import good, write

SMALL = """\
name = "small"

[record]
time = ["when"]
code = ["what"]

[columns.side]
from = ["side", { path = "details.way", when = { code = "GO" } }]
as = "side"

[columns.price]
from = ["cents"]
scale = 0.01

[[rules]]
when = { code = "GO*" }
then = { kind = "order.submitted" }
"""


def test_every_built_in_dialect_loads() -> None:
    """All dialects that come with Deskwatch are valid."""
    assert {"aurora", "generic"} <= set(built_in())
    assert [load_dialect(name).name for name in built_in()] == built_in()


def test_a_user_dialect_by_its_path(tmp_path: Path) -> None:
    """A dialect of the user's own, given by its path, is used like a built-in one."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    line = b'{"when": 1756757303, "what": "GOING", "side": "LONG", "cents": 250}'
    write(tmp_path / "logs/a.jsonl", line, b'{"when": 1756757304, "what": "STOP"}')
    frame = JsonlSource(tmp_path / "logs", dialect=str(path)).read().frame
    assert frame["kind"].tolist() == ["order.submitted", "other"]
    assert frame["side"].iloc[0] == "buy"
    assert frame["price"].iloc[0] == 2.5
    assert frame["system"].iloc[0] == "small"


WRONG = [
    ('name = "small"', "", r"small\.toml:1: name: .*must be a text"),
    ('code = ["what"]', "code = []", r":5: record\.code: .*at least one"),
    ('time = ["when"]', "time = [7]", r":4: record\.time\[0\]: was 7"),
    (
        'time = ["when"]',
        'times = ["when"]',
        r":4: record\.times: unknown key\. Did you mean 'time'",
    ),
    ('"order.submitted"', '"order.submit"', r":17: rules\[0\]\.then\.kind: .*'order\.submitted'"),
    ('as = "side"', 'as = "sid"', r":9: columns\.side\.as: .*Did you mean 'side'\? Allowed: "),
    ("[columns.price]", "[columns.pric]", r":11: columns\.pric: .*Did you mean 'price'"),
    ("scale = 0.01", 'scale = "x"', r":13: columns\.price\.scale: .*must be a number"),
    ('"GO*" }', "[] }", r":16: rules\[0\]\.when: .*compare with"),
    ('from = ["cents"]', 'from = ["a..b"]', r":12: columns\.price\.from\[0\]: 'a\.\.b' is no path"),
    ('{ code = "GO" }', '{ "a b" = 1 }', r":8: columns\.side\.from\[1\]\.when: 'a b' is no path"),
    ("[record]", "[record", r"is not TOML: .*line 3"),
    ("[[rules]]", "[[rule]]", r":15: rule: unknown key\. Did you mean 'rules'"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=lambda v: v[:30])
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A mistake in a dialect is told with its file, its line and what is allowed there."""
    assert old in SMALL
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace(old, new))
    with pytest.raises(DialectError) as caught:
        load_dialect(path)
    assert str(path) in str(caught.value)
    assert re.search(message, str(caught.value)), str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A path that cannot be read is named."""
    with pytest.raises(DialectError, match=r"nowhere\.toml: cannot be read"):
        load_dialect(tmp_path / "nowhere.toml")


def test_words_are_unused_in_other_dialects(tmp_path: Path) -> None:
    """The same line in another dialect is another event: nothing is shared between them."""
    write(tmp_path / "a.jsonl", good(1))
    kinds = {
        name: JsonlSource(tmp_path, dialect=name).read().frame["kind"].iloc[0]
        for name in ("aurora", "generic")
    }
    assert kinds == {"aurora": "order.denied", "generic": "other"}
