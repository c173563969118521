"""How polled answers become rows of the agreed frames: `[rest.<endpoint>]` of a dialect."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data_sources.dialects.condition import Condition
from data_sources.dialects.frame_rule import Cell, read_cells
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader, Where, near
from data_sources.dialects.whole_table import FOLDER
from data_sources.errors import DialectError
from data_sources.frames import FRAMES
from data_sources.health_words import health_state, level_state
from data_sources.lines.transforms import WORD_TRANSFORMS

SUFFIX: Final = "_rest"
RULE_KEYS: Final = {"frame", "rows", "columns", "skip", "tell", "same", "rank", "changed"}
BODY: Final = "@body"
"""The whole answer, as a path: where the rows are, or beside the keys of a row.

There `each.@key` is the key under which the row stood, where rows are the values of an object."""


@dataclass(frozen=True, slots=True)
class RowRule:
    """How a part of an answer becomes rows of one frame.

    Attributes:
        frame: one of `data_sources.frames.FRAMES`.
        rows: where the list (or object of objects) of rows stands, first that is there; none:
            the body is the one row.
        cells: column → how it is found in a row.
        skip: rows that fit any of these are no data of the system, such as its mock rows.
        tell: paths whose values are written into `detail`, by name.
        same: paths whose values, all there, make two rows the same one, told again; none: none are.
        changed: columns of which another value is a new row, with the time it was seen, beside
            those of before; none: an answer's rows take the place of those of before.
        rank: among the sources of the same numbers; 1 is believed first, None is merged.
    """

    frame: str
    rows: tuple[KeyPath, ...]
    cells: Mapping[str, Cell]
    skip: tuple[Condition, ...]
    tell: tuple[KeyPath, ...]
    same: tuple[KeyPath, ...]
    rank: int | None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL to ask.

    Attributes:
        name: of the endpoint.
        service: whose base URL it is asked at; empty for the only one.
        path: appended to the base URL; may carry a query.
        every_seconds: its pace.
        time: where the answer says of when it is.
        placeholder: fits answers that a service makes up when it knows nothing, or None.
        rules: the frames that an answer gives.
        newest_only: whether its lists end somewhere, so that what is missing may still be there.
    """

    name: str
    service: str
    path: str
    every_seconds: float
    time: tuple[KeyPath, ...]
    placeholder: Condition | None
    rules: tuple[RowRule, ...]
    newest_only: bool = False


def load_mapping(name: str) -> tuple[str, Mapping[str, Endpoint]]:
    """The system's name and its endpoints, from a built-in dialect or a TOML of the user's.

    A system may map its answers in a file of its own, `<name>_rest.toml`: that one is taken where
    it is there.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
    built_in = [FOLDER / f"{name}{SUFFIX}.toml", FOLDER / f"{name}.toml"]
    files = built_in if name and Path(name).name == name and not name.endswith(".toml") else []
    path = next((file for file in files if file.is_file()), Path(name).expanduser())
    if files and path not in built_in:
        known = sorted(f.stem.removesuffix(SUFFIX) for f in FOLDER.glob(f"*{SUFFIX}.toml"))
        raise DialectError(
            f"no mapping of polled answers is named '{name}'.{near(name, set(known))}, "
            "or the path of a .toml file"
        )
    return _load(path)


def _load(path: Path) -> tuple[str, Mapping[str, Endpoint]]:
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as e:
        raise DialectError(f"{path}: cannot be read: {e.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise DialectError(f"{path}: is not TOML: {e}") from None
    words = {**WORD_TRANSFORMS, "health": health_state, "level": level_state}
    reader = Reader(path, text, table, words)
    endpoints = {name: _endpoint(reader, name) for name in reader.table(("rest",))}
    if not endpoints:
        reader.refuse(("rest",), "is missing; it must have a table [rest.<endpoint>]")
    return reader.text(("name",)).removesuffix(SUFFIX), endpoints


def _endpoint(reader: Reader, name: str) -> Endpoint:
    where: Where = ("rest", name)
    own = {"service", "path", "every_seconds", "time", "placeholder", "frames", "newest_only"}
    reader.only(where, own | RULE_KEYS)
    path = reader.text((*where, "path"))
    if not path.startswith("/"):
        reader.refuse((*where, "path"), f"was {path!r}; it must begin with /")
    every_seconds = reader.number((*where, "every_seconds"), 5.0)
    if not 0 < every_seconds < float("inf"):
        reader.refuse((*where, "every_seconds"), f"was {every_seconds}; it must be above 0")
    many = range(len(reader.entries((*where, "frames"), ())))
    places: list[Where] = [(*where, "frames", index) for index in many]
    if reader.has((*where, "frame")):
        places.insert(0, where)
    holder = (*where, "placeholder")
    return Endpoint(
        name,
        reader.text((*where, "service")) if reader.has((*where, "service")) else "",
        path,
        every_seconds,
        reader.paths((*where, "time"), ()),
        reader.condition(holder) if reader.has(holder) else None,
        tuple(_rule(reader, place, whole=place == where) for place in places),
        reader.flag((*where, "newest_only")),
    )


def _rule(reader: Reader, where: Where, *, whole: bool) -> RowRule:
    if not whole:
        reader.only(where, RULE_KEYS)
    frame = reader.text((*where, "frame"))
    if frame not in FRAMES:
        reader.refuse((*where, "frame"), f"unknown frame {frame!r}.{near(frame, set(FRAMES))}")
    skip = range(len(reader.entries((*where, "skip"), ())))
    rank = reader.number((*where, "rank"), 0)
    return RowRule(
        frame,
        _paths(reader, (*where, "rows")),
        read_cells(reader, frame, (*where, "columns")),
        tuple(reader.condition((*where, "skip", index)) for index in skip),
        reader.paths((*where, "tell"), ()),
        reader.paths((*where, "same"), ()),
        int(rank) or None,
        _changed(reader, where, frame),
    )


def _changed(reader: Reader, where: Where, frame: str) -> tuple[str, ...]:
    """The columns whose change is a row; such a frame has times, and is of one row an answer."""
    place = (*where, "changed")
    names = range(len(reader.entries(place, ())))
    found = tuple(reader.text((*place, index)) for index in names)
    if found and ("ts_event" not in FRAMES[frame] or not set(found) <= set(FRAMES[frame])):
        columns = ", ".join(FRAMES[frame])
        reader.refuse(place, f"was {list(found)}; {frame} has {columns}, and it needs a ts_event")
    if found and (reader.has((*where, "rows")) or reader.has((*where, "rank"))):
        reader.refuse(place, "stands beside rows or rank: it is for an answer that is one row")
    return found


def _paths(reader: Reader, where: Where) -> tuple[KeyPath, ...]:
    """One path or a list of them."""
    if isinstance(reader.get(where), str):
        return (reader.key_path(where),)
    return reader.paths(where, ())
