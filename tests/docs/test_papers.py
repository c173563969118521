"""The papers say what the code says: pages of kinds and dialects, the frames, the example file."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import data_sources
from data_sources.dialects.dialect import load_dialect
from data_sources.options import checked, options_of
from data_sources.registry import discover
from docs.from_code.papers import DIALECT_PAGES, ROOT, SOURCE_PAGES, Paper, papers, strays

PAPERS = list(papers())
EXAMPLE = ROOT / "deskwatch.example.toml"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_paper_is_as_the_code_says(paper: Paper) -> None:
    """Each is there and has not drifted; `make docs` writes what has."""
    assert paper.path.is_file(), f"{paper.name} is missing: run `make docs`, then write its prose"
    assert paper.path.read_text() == paper.told(), f"{paper.name} has drifted: run `make docs`"


def test_every_kind_and_every_dialect_has_its_page() -> None:
    """One page for each, and none for what does not exist."""
    told = {paper.path for paper in PAPERS}
    assert {SOURCE_PAGES / f"{kind}.md" for kind in discover()} <= told
    tomls = [*ROOT.glob("data_sources/dialects/*.toml"), *ROOT.glob("examples/dialects/*.toml")]
    assert len(tomls) >= 10
    assert {DIALECT_PAGES / f"{toml.stem}.md" for toml in tomls} <= told
    assert strays() == []


def test_the_readme_leads_to_every_page() -> None:
    """Each kind and each dialect is one link away."""
    readme = (ROOT / "README.md").read_text()
    pages = [page for page in PAPERS if page.path.suffix == ".md"]
    missing = [page.name for page in pages if f"]({page.name})" not in readme]
    assert missing == [], "link them in the tables of the README"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", list(discover()))
def test_the_page_of_a_kind_shows_it_at_work(kind: str) -> None:
    """A configuration that the kind accepts, and a notebook that imports its class."""
    page, source_class = SOURCE_PAGES / f"{kind}.md", discover()[kind]
    tables = [
        table
        for block in blocks(page, "toml")
        for table in tomllib.loads(block).get("sources", {}).values()
    ]
    own = [table for table in tables if table["kind"] == kind]
    assert own
    for table in own:
        options = {key: value for key, value in table.items() if key != "kind"}
        checked(options, options_of(source_class), "sources.shown")
    code = blocks(page, "python")
    assert any(f"{source_class.__name__}(" in each for each in code)
    assert any(f"import {source_class.__name__}" in each for each in code)


@pytest.mark.parametrize(
    "page", sorted([*SOURCE_PAGES.glob("*.md"), *DIALECT_PAGES.glob("*.md")]), ids=lambda p: p.stem
)
def test_what_a_page_imports_is_there(page: Path) -> None:
    """The snippets of a page compile, and what they take from our rooms exists."""
    for code in blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom):
                module = __import__(node.module or "", fromlist=["_"])
                assert all(hasattr(module, each.name) for each in node.names), ast.unparse(node)
    for block in blocks(page, "toml"):
        for table in tomllib.loads(block).get("sources", {}).values():
            dialect = table.get("dialect", "auto")
            if table["kind"] in ("jsonl", "sse") and dialect != "auto":
                load_dialect(ROOT / dialect if dialect.endswith(".toml") else dialect)


def test_the_example_file_is_good_when_its_comments_are_taken_off() -> None:
    """Each table of the example, one sign taken off its lines, is accepted by its kind."""
    text = EXAMPLE.read_text().partition("# generated: kinds\n")[2].partition("# end\n")[0]
    sources = tomllib.loads(re.sub(r"^# ", "", text, flags=re.MULTILINE))["sources"]
    kinds = discover()
    assert {table["kind"] for table in sources.values()} == set(kinds) - {"jsonl", "health"}
    for name, table in sources.items():
        source_class = kinds[table.pop("kind")]
        values = checked(table, options_of(source_class), f"sources.{name}")
        source_class(**values, name=name).close()


def test_all_that_is_exported_is_there() -> None:
    """Every class of a kind comes from the package itself, as the pages write it."""
    for source_class in discover().values():
        assert source_class.__name__ in data_sources.__all__, "name it in data_sources/__init__.py"
        assert getattr(data_sources, source_class.__name__) is source_class
