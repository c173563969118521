"""The whole table of a dialect's TOML: what it lacks is that of the dialect that it is like."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from data_sources.dialects.reader import near
from data_sources.dialects.toml_lines import line_of
from data_sources.errors import DialectError

FOLDER: Final = Path(__file__).parent
LIKE: Final = "like"


@lru_cache(maxsize=1)
def _built_in() -> tuple[str, ...]:
    files = ((path.stem, path.read_text("utf-8")) for path in FOLDER.glob("*.toml"))
    return tuple(
        sorted(stem for stem, text in files if "\n[record]" in text or "\nlike = " in text)
    )


def built_in() -> list[str]:
    """Names of the dialects of lines that come with Deskwatch, sorted.

    A file that neither has a `[record]` nor is like another one only maps polled answers;
    `data_sources.polled` reads it.
    """
    return list(_built_in())


class Whole(NamedTuple):
    """The tables of a dialect, and the file and text of those that are another one's."""

    table: dict[str, Any]
    elsewhere: dict[str, tuple[Path, str]]


def whole_table(text: str, path: Path) -> Whole:
    """The tables of a dialect's text; a table that it does not have is that of the one it is like.

    Args:
        text: of the TOML.
        path: what refusals name; it need not exist.

    Raises:
        DialectError: when the text is not TOML, or is like no dialect that comes with Deskwatch.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise DialectError(f"{path}: is not TOML: {e}") from None
    like = table.get(LIKE)
    if like is None:
        return Whole(table, {})
    if not isinstance(like, str) or like not in set(built_in()) - {path.stem}:
        told = f"was {like!r}.{near(str(like), set(built_in()) - {path.stem})}"
        raise DialectError(f"{path}:{line_of(text, (LIKE,))}: {LIKE}: {told}")
    base = FOLDER / f"{like}.toml"
    base_text = base.read_text("utf-8")
    taken = whole_table(base_text, base)
    elsewhere = {name: taken.elsewhere.get(name, (base, base_text)) for name in taken.table}
    return Whole(
        {**taken.table, **table},
        {name: place for name, place in elsewhere.items() if name not in table},
    )
