"""How events become rows of an agreed frame, as the tables `[frames.<name>]` of a dialect say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from data_sources.columns import EVENT_COLUMNS, KINDS
from data_sources.dialects.condition import Condition
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where, near
from data_sources.frames import COUNT, FLAG, FRAMES, NUMBER, TIME, WORD
from data_sources.lines.transforms import WordTransform

EACH: Final = "each"
ORDERS: Final = "orders"
FILLS: Final = "fills"
POSITIONS: Final = "positions"
TRADES: Final = "trades"
WITHIN: Final = "within_seconds"
TERMS: Final = ("stop_loss_price", "take_profit_price", "mode")
"""All that `[frames.orders]` may tell: the rest of an order is made of its events."""
COSTS: Final = ("fee", "liquidity")
"""All that `[frames.fills]` may tell: the rest of an execution is made of its order's events."""
_TOLD: Final = {ORDERS: TERMS, FILLS: COSTS}
_OWN_WAYS: Final = {
    TIME: {"time"},
    NUMBER: {"number", "ratio_of_percent"},
    COUNT: {"number"},
    FLAG: {"flag"},
}

RowFunction = Callable[[Mapping[str, Any], dict[str, Any]], dict[str, Any] | None]
"""What is truly logic: (attributes of the event, row so far) → the row, None for no row."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one column of a row is found.

    paths       into the event's attributes, or `@name` of an event column; the first that holds
                something wins
    dtype       of the column, one of those in `data_sources.frames`
    scale       what a number is multiplied with
    percent     whether it is a percentage, told as a ratio
    constant    a word that stands in every row where no path holds anything
    """

    paths: tuple[KeyPath, ...]
    dtype: str
    scale: float = 1.0
    percent: bool = False
    transform: WordTransform | None = None
    mapping: Mapping[str, str] | None = None
    only_mapped: bool = False
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class FrameRule:
    """Which events become rows of a frame, and how.

    when     what must hold for an event; always names kinds
    kinds    the kinds that `when` asks for, as written: `*` stands for anything
    each     a list or table in the attributes of which every entry is a row of its own, or None
    cells    column → how it is found; columns without a cell are those of the event
    change   a function of the dialect's Python file that has the last word, or None
    within   of positions: how many seconds older than the newest one told of the same account one
             may be to be held still; None where each is told by itself, when it changes.
             Of trades: within how many seconds another source may tell the same closed trade
    """

    frame: str
    when: Condition
    kinds: tuple[str, ...]
    each: KeyPath | None
    cells: Mapping[str, Cell]
    change: RowFunction | None
    within: float | None = None


def frame_rules(
    reader: Reader, functions: Mapping[str, RowFunction]
) -> Mapping[str, tuple[FrameRule, ...]]:
    """All frame tables of a dialect, by frame; a frame may have several, the first that fits wins.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    found = {}
    for name in reader.table(("frames",)):
        where: Where = ("frames", name)
        if name not in FRAMES:
            reader.refuse(where, f"unknown frame.{near(name, set(FRAMES))}")
        many = isinstance(reader.get(where), list)
        places = [(*where, i) for i in range(len(reader.entries(where)))] if many else [where]
        found[name] = tuple(_rule(reader, name, place, functions) for place in places)
    return found


def _rule(
    reader: Reader, name: str, where: Where, functions: Mapping[str, RowFunction]
) -> FrameRule:
    own = set() if name in _TOLD else {"each"}
    own |= {WITHIN} if name in (POSITIONS, TRADES) else set()
    reader.only(where, {"when", "columns", "row"} | own)
    reader.only((*where, "columns"), set(_TOLD.get(name, FRAMES[name])))
    change = reader.text((*where, "row"), "-")
    if change != "-" and change not in functions:
        reader.refuse(
            (*where, "row"), f"unknown function {change!r}.{near(change, set(functions))}"
        )
    columns = reader.table((*where, "columns"))
    return FrameRule(
        frame=name,
        when=reader.condition((*where, "when")),
        kinds=tuple(kinds_of(reader, (*where, "when"))),
        each=reader.key_path((*where, "each")) if reader.has((*where, "each")) else None,
        cells={column: _cell(reader, name, column, (*where, "columns")) for column in columns},
        change=functions.get(change),
        within=reader.seconds((*where, WITHIN)),
    )


def kinds_of(reader: Reader, where: Where) -> Iterator[str]:
    """The kinds that a condition names, as written.

    Raises:
        DialectError: when it names none, or one that is not agreed.
    """
    value = reader.get((*where, "kind"))
    kinds = value if isinstance(value, list) else [value]
    if not kinds or not all(isinstance(kind, str) for kind in kinds):
        told = "must name the kinds of events, such as kind = 'trade.closed'"
        reader.refuse(where, told, at=(*where, "kind"))
    for kind in kinds:
        if "*" not in kind and kind not in KINDS and not kind.startswith("telemetry."):
            reader.refuse((*where, "kind"), f"unknown kind {kind!r}.{near(kind, set(KINDS))}")
        yield kind


def _cell(reader: Reader, frame: str, column: str, base: Where) -> Cell:
    where: Where = (*base, column)
    dtype = FRAMES[frame][column]
    if not isinstance(reader.get(where), dict):
        return Cell(_paths(reader, where), dtype)
    reader.only(where, {"from", "as", "map", "else", "scale", "is"})
    paths = _paths(reader, (*where, "from")) if reader.has((*where, "from")) else ()
    constant = reader.text((*where, "is")) if reader.has((*where, "is")) else None
    if not paths and constant is None:
        reader.refuse(where, "must have `from`, the places to look at, or `is`, a constant")
    if dtype == WORD:
        return Cell(
            paths,
            dtype,
            transform=reader.word_transform((*where, "as")),
            mapping=reader.mapping((*where, "map")),
            only_mapped=reader.choice((*where, "else"), {"missing", "keep"}, "keep") == "missing",
            constant=constant,
        )
    way = reader.choice((*where, "as"), _OWN_WAYS[dtype], min(_OWN_WAYS[dtype]))
    scale = reader.number((*where, "scale"), 1.0)
    if constant is not None or not math.isfinite(scale):
        reader.refuse(where, f"a column of {dtype} has no constant and a finite scale")
    return Cell(paths, dtype, scale=scale, percent=way == "ratio_of_percent")


def _paths(reader: Reader, where: Where) -> tuple[KeyPath, ...]:
    paths = reader.paths(where)
    for index, path in enumerate(paths):
        alone = len(path.steps) == 1 and path.text.startswith("@")
        if alone and path.text[1:] not in EVENT_COLUMNS and path.text != "@text":
            known = {f"@{name}" for name in EVENT_COLUMNS}
            reader.refuse((*where, index), f"no column of events.{near(path.text, known)}")
    return paths


def read_cells(reader: Reader, frame: str, where: Where) -> dict[str, Cell]:
    """The cells of a `columns` table of a frame, wherever it stands.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    reader.only(where, set(FRAMES[frame]))
    return {column: _cell(reader, frame, column, where) for column in reader.table(where)}
