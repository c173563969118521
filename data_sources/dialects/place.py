"""Where the values of a column may stand in a record, as the tables `[columns.<name>]` say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data_sources.dialects.condition import ALWAYS, Condition
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader
from data_sources.lines.transforms import NUMBER_TRANSFORMS, NumberTransform, WordTransform

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


def places_of(reader: Reader, column: str) -> tuple[Place, ...]:
    """The places of a column in order.

    Raises:
        DialectError: naming the file, the line, the key and what is allowed.
    """
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
