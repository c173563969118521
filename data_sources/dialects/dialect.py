"""A dialect: how one system's lines become events, read from a TOML file."""

from __future__ import annotations

import datetime as dt
import difflib
import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from data_sources.dialects.claim_rule import ClaimRule, claim_rules
from data_sources.dialects.clock_rule import ClockRule, clock_rule
from data_sources.dialects.frame_rule import FrameRule, RowFunction, frame_rules
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.limit_rules import AnyLimit, limit_rules
from data_sources.dialects.order_rules import OrderRules, order_rules
from data_sources.dialects.pace_rules import Pace, pace_rules
from data_sources.dialects.place import (
    ID_COLUMNS,
    LOOSE_COLUMNS,
    NUMBER_COLUMNS,
    WORD_COLUMNS,
    Place,
    places_of,
)
from data_sources.dialects.reader import Reader
from data_sources.dialects.record_keys import details_of, unwrap_of, whole_of
from data_sources.dialects.repeat import Repeat, repeats_of
from data_sources.dialects.rule import Rule, Sign, rules_of, signs_of
from data_sources.dialects.stream_rules import StreamRules, stream_rules
from data_sources.dialects.stream_shape import Saved, saved_of
from data_sources.dialects.text_pattern import TextPattern, text_patterns, text_signs
from data_sources.dialects.whole_table import FOLDER, LIKE, built_in, whole_table
from data_sources.errors import ConfigError, DialectError
from data_sources.lines.transforms import (
    WORD_TRANSFORMS,
    WordTransform,
)
from data_sources.zone import zone_of

__all__ = [
    "ID_COLUMNS",
    "NUMBER_COLUMNS",
    "WORD_COLUMNS",
    "Dialect",
    "Place",
    "Rule",
    "built_in",
    "load_dialect",
    "parse_dialect",
    "read_dialect",
]

_TABLES: Final = {
    *("signs", "record", "columns", "rules", "defaults", "duplicates", "frames", "stream"),
    *("orders", "limits", "claims", "saved", "pace", LIKE),
}

Finish = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How one system's lines are read; see `aurora.toml` for the words.

    Attributes:
        name: the system's name, which stands in the `system` column.
        file: the TOML it was read from.
        time: keys that may hold the event's time, first wins.
        code: keys that may hold the event's code, first wins.
        details: keys that may hold the details object, first wins.
        whole_when_has: keys that a record has which is its own details object.
        unwrap: the key of an inner record and the keys by which it is told, or None.
        words: category column → its places.
        loose: the places of ids, texts and numbers, column by column in order.
        places: which of them belong to a column.
        rules: decide the kind, first wins.
        defaults: fill what was not found.
        signs: how a file of this dialect is recognized.
        frames: agreed frame → how events become its rows; see `event_frames.py`.
        claims: what events say of their account, to be held against others; see `event_claims.py`.
        folder_is_account: whether files stand in a folder named after their account.
        text_lines: whether a line that is no JSON is an event too, with the only key "@text".
        text_signs: what shows that a line of text is of the system.
        texts: what is looked for inside texts and stands below "@found" then.
        repeats: which events tell the same thing twice.
        clock: which files name no times, and the file that has them, or None.
        finish: has the last word about the events of a reading.
        stream: how events that arrive as a stream are told apart.
        orders: how orders of the system end.
        timezone: the clock by which its times without a zone are written; None: UTC.
        limits: what the system allows each of its accounts, by name.
        pace: how long the system may be silent.
        saved: where lines have what entries of streams are made of, None where lines are no such.
    """

    name: str
    title: str
    file: Path
    time: tuple[KeyPath, ...]
    code: tuple[KeyPath, ...]
    code_transform: WordTransform | None
    details: tuple[str, ...]
    whole_when_has: tuple[str, ...]
    unwrap: tuple[str, tuple[str, ...]] | None
    words: Mapping[str, tuple[Place, ...]]
    loose: tuple[Place, ...]
    places: Mapping[str, tuple[int, ...]]
    rules: tuple[Rule, ...]
    defaults: tuple[Rule, ...]
    signs: tuple[Sign, ...]
    frames: Mapping[str, tuple[FrameRule, ...]]
    claims: tuple[ClaimRule, ...]
    folder_is_account: bool
    text_lines: bool
    text_signs: tuple[re.Pattern[str], ...]
    texts: tuple[TextPattern, ...]
    repeats: tuple[Repeat, ...]
    clock: ClockRule | None
    finish: Finish
    stream: StreamRules
    orders: OrderRules
    timezone: ZoneInfo | None
    limits: Mapping[str, AnyLimit]
    pace: Pace
    saved: Saved | None = None

    def zone(self, told: dt.tzinfo | None) -> dt.tzinfo:
        """What a time without a zone means: as the source was told, else as the system writes."""
        return told or self.timezone or dt.UTC

    def load_ahead(self) -> None:
        """Begin to load, in the background, what its first lines would have to wait for."""
        self.orders.load_ahead()
        self.pace.load_ahead()

    def __repr__(self) -> str:
        return f"Dialect({self.name!r}, file={str(self.file)!r})"


OTHER_TABLES: Final = ("redis", "rest", "prometheus")
"""What others read from the same file: see `data_sources.streams`, `polled` and `exposition`."""


def load_dialect(name: str | Path) -> Dialect:
    """Read a built-in dialect by its name, or a dialect file of the user's by its path.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    text = str(name)
    if text in built_in():
        return _load_built_in(text)
    path = Path(name).expanduser()
    if path.suffix != ".toml" and not path.is_file():
        near = difflib.get_close_matches(text, [*built_in(), "auto"], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise DialectError(
            f"unknown dialect '{text}'.{hint} Known: {', '.join(built_in())}, auto, "
            "or the path of a .toml file"
        )
    return read_dialect(path)


@lru_cache(maxsize=32)
def _load_built_in(name: str) -> Dialect:
    return read_dialect(FOLDER / f"{name}.toml")


def read_dialect(path: Path) -> Dialect:
    """Read a dialect file; a built-in one may have a Python file of transforms beside it.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise DialectError(f"{path}: cannot be read: {e.strerror}") from None
    except UnicodeDecodeError as e:
        raise DialectError(f"{path}: is not TOML: {e}") from None
    return parse_dialect(text, path)


def parse_dialect(text: str, path: Path) -> Dialect:
    """The dialect that a TOML text tells; *path* is what its refusals name, it need not exist.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    whole = whole_table(text, path)
    like = whole.table.get(LIKE)
    module = _own_module(path) or (_own_module(FOLDER / f"{like}.toml") if like else None)
    words = {**WORD_TRANSFORMS, **getattr(module, "WORD_TRANSFORMS", {})}
    table = {key: value for key, value in whole.table.items() if key not in OTHER_TABLES}
    reader = Reader(path, text, table, words, whole.elsewhere)
    dialect = _dialect(reader, getattr(module, "FRAME_ROWS", {}))
    saved = saved_of(Reader(path, text, whole.table, words, whole.elsewhere))
    finish: Finish = getattr(module, "finish", _unchanged)
    return replace(
        dialect,
        finish=lambda events: finish(dialect.orders.with_ends_of_day(events)),
        saved=saved,
    )


def _unchanged(events: pd.DataFrame) -> pd.DataFrame:
    return events


def _own_module(path: Path) -> ModuleType | None:
    """The Python file beside a built-in dialect: `WORD_TRANSFORMS`, `FRAME_ROWS`, `finish`."""
    module = f"data_sources.dialects.{path.stem}"
    if path.parent != FOLDER or util.find_spec(module) is None:
        return None
    return importlib.import_module(module)


def _dialect(reader: Reader, functions: Mapping[str, RowFunction]) -> Dialect:
    reader.only((), {*_TABLES, "name", "title"})
    reader.only(
        ("record",),
        {
            *("time", "code", "code_as", "details", "unwrap", "text_lines", "texts", "clock"),
            *("folder_is_account", "timezone", "whole_when_has", "text_signs"),
        },
    )
    reader.only(("columns",), {*WORD_COLUMNS[2:], *LOOSE_COLUMNS})
    columns = reader.table(("columns",))
    loose = tuple(p for name in LOOSE_COLUMNS if name in columns for p in places_of(reader, name))
    return Dialect(
        name=reader.text(("name",)),
        title=reader.text(("title",), reader.path.stem),
        file=reader.path,
        time=reader.paths(("record", "time")),
        code=reader.paths(("record", "code")),
        code_transform=reader.word_transform(("record", "code_as")),
        details=details_of(reader),
        whole_when_has=whole_of(reader),
        unwrap=unwrap_of(reader),
        words={name: places_of(reader, name) for name in WORD_COLUMNS if name in columns},
        loose=loose,
        places={
            name: tuple(index for index, place in enumerate(loose) if place.column == name)
            for name in LOOSE_COLUMNS
        },
        rules=rules_of(reader, "rules"),
        defaults=rules_of(reader, "defaults"),
        signs=signs_of(reader),
        frames=frame_rules(reader, functions),
        claims=claim_rules(reader),
        folder_is_account=reader.flag(("record", "folder_is_account")),
        text_lines=reader.flag(("record", "text_lines")),
        text_signs=text_signs(reader),
        texts=text_patterns(reader),
        repeats=repeats_of(reader),
        clock=clock_rule(reader),
        finish=_unchanged,
        stream=stream_rules(reader),
        orders=order_rules(reader),
        timezone=_timezone(reader),
        limits=limit_rules(reader),
        pace=pace_rules(reader),
    )


def _timezone(reader: Reader) -> ZoneInfo | None:
    where = ("record", "timezone")
    if not reader.has(where):
        return None
    try:
        return zone_of(reader.text(where))
    except ConfigError as e:
        reader.refuse(where, str(e).removeprefix("timezone: "))
