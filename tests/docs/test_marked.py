"""Marked parts are replaced, and nothing else of a paper is touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.from_code.marked import PART, PaperError, filled, part

PROSE = st.text(alphabet="ab |`#<!->\n").filter(lambda text: "generated" not in text)
NO_END = PROSE.filter(lambda text: not re.search(r"^(<!--|#) end( -->)?$", text, re.MULTILINE))


@given(before=PROSE, after=PROSE, old=NO_END, new=NO_END)
def test_prose_stays_as_it_is(before: str, after: str, old: str, new: str) -> None:
    """What stands before and behind a part is the same text afterwards, and twice is like once."""
    page = f"{before}\n<!-- generated: x -->\n{old}\n<!-- end -->\n{after}"
    told = filled(page, {"x": new}, "page")
    assert told.startswith(f"{before}\n<!-- generated: x -->\n")
    assert told.endswith(f"<!-- end -->\n{after}")
    assert [match["body"].strip() for match in PART.finditer(told)] == [new.strip()]
    assert filled(told, {"x": new}, "page") == told


def test_toml_has_marks_of_its_own() -> None:
    """In a configuration the marks are comments."""
    assert filled("a = 1\n# generated: k\n# end\nb = 2\n", {"k": "# c = 3"}, "x") == (
        "a = 1\n# generated: k\n# c = 3\n# end\nb = 2\n"
    )


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("no marks", "'x' must stand there once, and stands there 0 times"),
        (f"{part('x')}\n\n{part('x')}", "stands there 2 times"),
        (f"{part('x')}\n\n{part('y')}", "no part is named 'y'; known: x"),
        ("<!-- generated: x -->\nno end", "stands there 0 times"),
    ],
)
def test_wrong_marks_are_refused_by_name(page: str, told: str) -> None:
    """The message names the paper, the part and what to write there."""
    with pytest.raises(PaperError, match=re.escape(told)) as refused:
        filled(page, {"x": ""}, "docs/some.md")
    assert str(refused.value).startswith("docs/some.md: ")
