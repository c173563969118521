"""What the how-tos add is begun by `make docs`: a page for a new kind, one for a new dialect."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from data_sources.registry import find_kinds
from docs.from_code import dialect_page, kind_page
from docs.from_code.described import described
from docs.from_code.marked import PaperError, filled
from docs.from_code.papers import ROOT, Paper


def shown(page: str, language: str) -> str:
    text = (ROOT / "docs" / page).read_text()
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The class of the page on sources."""
    package = tmp_path / "begun_sources"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "disk.py").write_text(shown("how-to-add-a-source.md", "python"))
    monkeypatch.syspath_prepend(tmp_path)
    yield find_kinds(package, "begun_sources")["disk"]
    for name in ("begun_sources.disk", "begun_sources"):
        sys.modules.pop(name, None)


def test_a_new_kind_gets_a_page_to_begin_with(disk: Any) -> None:
    """Its options, frames and states stand there, of its signature and its docstring."""
    page = filled(kind_page.first_page("disk", disk), kind_page.parts(disk), "disk")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert rows["path"].startswith("a path | needed | ")
    assert rows["free_ratio_min"].startswith("a number, 0–1 | `0.05` | with less than this share")
    assert rows["every_seconds"].startswith("a number, seconds | `10` | ")
    assert {"ok", "degraded", "unreadable"} <= set(rows)
    assert "[`services`](../frames.md#services)" in page
    assert 'kind = "disk"' in page


def test_a_docstring_without_a_section_is_refused(disk: Any) -> None:
    """Nothing is left out in silence: the message names the class and the section."""
    text = disk.__doc__
    for section, lacks in (("States", "States"), ("Frames", "Frames"), ("every_seconds", "every")):
        disk.__doc__ = re.sub(rf"^ +{section}:.*\n", "", text, flags=re.MULTILINE)
        with pytest.raises(PaperError, match=rf"DiskSource: .*{lacks}"):
            kind_page.parts(disk)
    disk.__doc__ = text


def test_a_new_dialect_gets_a_page_to_begin_with(tmp_path: Path) -> None:
    """All that its TOML tells stands there."""
    toml = tmp_path / "futures.toml"
    toml.write_text(shown("how-to-add-a-dialect.md", "toml"))
    page = filled(dialect_page.first_page(toml), dialect_page.parts(toml), "futures")
    assert "| `code` is `veto` | `order.denied` |" in page
    assert "| `side` | `dir`; as `side` |" in page
    assert "| keys `event`, `sym` | 0.6 |" in page
    assert "| time | `time` |" in page


def test_a_paper_that_drifted_is_seen_and_mended(tmp_path: Path) -> None:
    """A changed part is no longer current; what is told puts it right and keeps the prose."""
    file = ROOT / "docs/sources/health.md"
    parts = kind_page.parts(__import__("data_sources").HealthSource)
    copy = tmp_path / "health.md"
    copy.write_text(file.read_text().replace("`every_seconds` | a number", "`every_hour` | a word"))
    paper = Paper(copy, lambda: parts)
    assert copy.read_text() != file.read_text()
    assert filled(copy.read_text(), paper.parts(), "copy") == file.read_text()


def test_entries_go_on_over_lines() -> None:
    """A text of several lines is one; what stands between sections belongs to none."""

    class Shown:
        """First sentence.

        Words: these are prose.

        Args:
            one: begins here
                and goes on.
            two_words: is next.

        States:
            ok: fine.
        """

    said = described(Shown)
    assert said.summary == "First sentence."
    assert said.args == {"one": "begins here and goes on.", "two_words": "is next."}
    assert (said.frames, said.states) == ({}, {"ok": "fine."})
