"""All papers that have parts from the code, and whether they are as the code says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from data_sources.dialects.whole_table import FOLDER as DIALECTS
from data_sources.registry import discover
from docs.from_code import dialect_page, example_file, frames_page, kind_page, metrics_page
from docs.from_code.marked import PaperError, filled

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SOURCE_PAGES: Final = ROOT / "docs/sources"
DIALECT_PAGES: Final = ROOT / "docs/dialects"
EXAMPLES: Final = ROOT / "examples/dialects"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file with parts from the code.

    path   of the file
    parts  gives name → what stands between the marks
    begin  gives the text of a paper that is not there yet; None where it must be
    """

    path: Path
    parts: Callable[[], dict[str, str]]
    begin: Callable[[], str] | None = None

    @property
    def name(self) -> str:
        """The path below the repository."""
        return str(self.path.relative_to(ROOT))

    def told(self) -> str:
        """The text with its parts as the code tells them.

        Raises:
            PaperError: the paper is missing and cannot be begun, or its marks are wrong.
        """
        if self.path.is_file():
            text = self.path.read_text("utf-8")
        elif self.begin is not None:
            text = self.begin()
        else:
            raise PaperError(f"{self.name}: is missing")
        return filled(text, self.parts(), self.name)

    def is_current(self) -> bool:
        """Whether the file is there and says what the code says.

        Raises:
            PaperError: its marks are wrong.
        """
        return self.path.is_file() and self.path.read_text("utf-8") == self.told()


def papers() -> Iterator[Paper]:
    """The pages of kinds, dialects, frames and metrics, and the example configuration."""
    kinds = discover()
    for kind, source_class in kinds.items():
        yield Paper(
            SOURCE_PAGES / f"{kind}.md",
            partial(kind_page.parts, source_class),
            partial(kind_page.first_page, kind, source_class),
        )
    for file in dialect_files():
        yield Paper(
            DIALECT_PAGES / f"{file.stem}.md",
            partial(dialect_page.parts, file),
            partial(dialect_page.first_page, file),
        )
    yield Paper(ROOT / "docs/frames.md", frames_page.parts)
    yield Paper(ROOT / "docs/metrics.md", metrics_page.parts)
    yield Paper(
        ROOT / "deskwatch.example.toml", lambda: example_file.parts(kinds, pages_of_kinds())
    )


def dialect_files() -> list[Path]:
    """The TOML of every dialect that comes with Deskwatch, and of the examples."""
    return sorted([*DIALECTS.glob("*.toml"), *EXAMPLES.glob("*.toml")], key=lambda file: file.stem)


def pages_of_kinds() -> dict[str, str]:
    """Kind → the text of its page."""
    return {page.stem: page.read_text("utf-8") for page in SOURCE_PAGES.glob("*.md")}


def strays() -> list[str]:
    """Pages of kinds and dialects that do not exist."""
    known = {paper.path for paper in papers()}
    pages = [*SOURCE_PAGES.glob("*.md"), *DIALECT_PAGES.glob("*.md")]
    return sorted(str(page.relative_to(ROOT)) for page in pages if page not in known)
