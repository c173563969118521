"""A dialect: how one system's lines become events, read from a TOML file."""

from __future__ import annotations

import difflib
import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from data_sources.dialects.condition import ALWAYS, Condition
from data_sources.dialects.frame_rule import FrameRule, RowFunction, frame_rules
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader
from data_sources.errors import DialectError
from data_sources.lines.transforms import (
    NUMBER_TRANSFORMS,
    WORD_TRANSFORMS,
    NumberTransform,
    WordTransform,
)

WORD_COLUMNS: Final = (
    "kind",
    "code",
    "symbol",
    "side",
    "position_effect",
    "route",
    "decision",
    "venue",
    "strategy_id",
    "reason",
    "currency",
)
"""The category columns that a record decides; the others belong to the source and the file."""
ID_COLUMNS: Final = ("client_order_id", "venue_order_id", "text")
NUMBER_COLUMNS: Final = ("quantity", "price", "latency_seconds", "confidence_ratio", "value")
LOOSE_COLUMNS: Final = ID_COLUMNS + NUMBER_COLUMNS

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a column's value may stand, and under which conditions it counts there."""

    column: str
    path: KeyPath
    when: Condition = ALWAYS
    unless: Condition | None = None
    word_transform: WordTransform | None = None
    number_transform: NumberTransform | None = None
    mapping: Mapping[str, str] | None = None
    only_mapped: bool = False

    @property
    def conditional(self) -> bool:
        """Whether the place does not always count."""
        return self.when is not ALWAYS or self.unless is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds when a record fits a condition; *then* maps columns to constants."""

    when: Condition
    then: Mapping[str, str]
    twin: bool
    line: int


@dataclass(frozen=True, slots=True)
class Sign:
    """A trait that speaks for a dialect: all *keys* there, or a code that fits."""

    keys: tuple[KeyPath, ...]
    codes: Condition | None
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How one system's lines are read; see `aurora.toml` for the words.

    Attributes:
        name: the system's name, which stands in the `system` column.
        file: the TOML it was read from.
        time: keys that may hold the event's time, first wins.
        code: keys that may hold the event's code, first wins.
        details: keys that may hold the details object, first wins.
        unwrap: the key of an inner record and the keys by which it is told, or None.
        words: category column → its places.
        loose: the places of ids, texts and numbers, column by column in order.
        places: which of them belong to a column.
        rules: decide the kind, first wins.
        defaults: fill what was not found.
        signs: how a file of this dialect is recognized.
        frames: agreed frame → how events become its rows; see `event_frames.py`.
    """

    name: str
    title: str
    file: Path
    time: tuple[KeyPath, ...]
    code: tuple[KeyPath, ...]
    code_transform: WordTransform | None
    details: tuple[str, ...]
    unwrap: tuple[str, tuple[str, ...]] | None
    words: Mapping[str, tuple[Place, ...]]
    loose: tuple[Place, ...]
    places: Mapping[str, tuple[int, ...]]
    rules: tuple[Rule, ...]
    defaults: tuple[Rule, ...]
    signs: tuple[Sign, ...]
    frames: Mapping[str, tuple[FrameRule, ...]]

    def __repr__(self) -> str:
        return f"Dialect({self.name!r}, file={str(self.file)!r})"


def built_in() -> list[str]:
    """Names of the dialects that come with Deskwatch, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


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
        table = tomllib.loads(text)
    except OSError as e:
        raise DialectError(f"{path}: cannot be read: {e.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise DialectError(f"{path}: is not TOML: {e}") from None
    module = _own_module(path)
    words = {**WORD_TRANSFORMS, **getattr(module, "WORD_TRANSFORMS", {})}
    return _dialect(Reader(path, text, table, words), getattr(module, "FRAME_ROWS", {}))


def _own_module(path: Path) -> ModuleType | None:
    """The Python file beside a built-in dialect: `WORD_TRANSFORMS`, `FRAME_ROWS`, or neither."""
    module = f"data_sources.dialects.{path.stem}"
    if path.parent != FOLDER or util.find_spec(module) is None:
        return None
    return importlib.import_module(module)


def _dialect(reader: Reader, functions: Mapping[str, RowFunction]) -> Dialect:
    reader.only((), {"name", "title", "signs", "record", "columns", "rules", "defaults", "frames"})
    reader.only(("record",), {"time", "code", "code_as", "details", "unwrap"})
    reader.only(("columns",), {*WORD_COLUMNS[2:], *LOOSE_COLUMNS})
    columns = reader.table(("columns",))
    loose = tuple(p for name in LOOSE_COLUMNS if name in columns for p in _places(reader, name))
    return Dialect(
        name=reader.text(("name",)),
        title=reader.text(("title",), reader.path.stem),
        file=reader.path,
        time=reader.paths(("record", "time")),
        code=reader.paths(("record", "code")),
        code_transform=reader.word_transform(("record", "code_as")),
        details=tuple(path.text for path in reader.paths(("record", "details"), ["details"])),
        unwrap=_unwrap(reader),
        words={name: _places(reader, name) for name in WORD_COLUMNS if name in columns},
        loose=loose,
        places={
            name: tuple(index for index, place in enumerate(loose) if place.column == name)
            for name in LOOSE_COLUMNS
        },
        rules=_rules(reader, "rules"),
        defaults=_rules(reader, "defaults"),
        signs=_signs(reader),
        frames=frame_rules(reader, functions),
    )


def _unwrap(reader: Reader) -> tuple[str, tuple[str, ...]] | None:
    where = ("record", "unwrap")
    if not reader.has(where):
        return None
    reader.only(where, {"key", "when_has"})
    keys = tuple(path.text for path in reader.paths((*where, "when_has")))
    return reader.text((*where, "key")), keys


def _places(reader: Reader, column: str) -> tuple[Place, ...]:
    base: tuple[str | int, ...] = ("columns", column)
    reader.only(base, {"from", "as", "map", "else", "scale"})
    entries = reader.entries((*base, "from"))
    return tuple(_place(reader, column, base, (*base, "from", i)) for i in range(len(entries)))


def _place(
    reader: Reader, column: str, base: tuple[str | int, ...], where: tuple[str | int, ...]
) -> Place:
    if isinstance(reader.get(where), str):
        return Place(column, reader.key_path(where), **_treatment(reader, column, base, base))
    reader.only(where, {"path", "when", "unless", "as", "map", "scale"})
    return Place(
        column,
        reader.key_path((*where, "path")),
        reader.condition((*where, "when")),
        reader.condition((*where, "unless")) if reader.has((*where, "unless")) else None,
        **_treatment(reader, column, base, where),
    )


def _treatment(
    reader: Reader, column: str, base: tuple[str | int, ...], where: tuple[str | int, ...]
) -> dict[str, Any]:
    """How a value is changed on its way; what stands at the place goes before the column's own."""
    name = (*(where if reader.has((*where, "as")) else base), "as")
    if column in NUMBER_COLUMNS:
        scale_at = (*(where if reader.has((*where, "scale")) else base), "scale")
        scale = reader.number(scale_at, 1.0)
        return {"number_transform": reader.number_transform(name, scale, NUMBER_TRANSFORMS)}
    return {
        "word_transform": reader.word_transform(name),
        "mapping": reader.mapping((*(where if reader.has((*where, "map")) else base), "map")),
        "only_mapped": reader.choice((*base, "else"), {"missing", "keep"}, "keep") == "missing",
    }


def _rules(reader: Reader, key: str) -> tuple[Rule, ...]:
    found = []
    for index in range(len(reader.entries((key,), []))):
        where: tuple[str | int, ...] = (key, index)
        reader.only(where, {"when", "then"})
        reader.only((*where, "then"), {*WORD_COLUMNS, "twin", "text"})
        then = dict(reader.table((*where, "then")))
        twin = then.pop("twin", False)
        reader.kind((*where, "then", "kind"))
        for name in then:
            reader.text((*where, "then", name))
        found.append(Rule(reader.condition((*where, "when")), then, bool(twin), reader.line(where)))
    return tuple(found)


def _signs(reader: Reader) -> tuple[Sign, ...]:
    found = []
    for index in range(len(reader.entries(("signs",), []))):
        where: tuple[str | int, ...] = ("signs", index)
        reader.only(where, {"keys", "codes", "weight"})
        codes = None
        if reader.has((*where, "codes")):
            codes = Condition.parse({"code": reader.entries((*where, "codes"))})
        keys = reader.paths((*where, "keys"), [])
        found.append(Sign(keys, codes, reader.number((*where, "weight"), 1.0)))
    return tuple(found)
