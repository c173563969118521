"""What a tailer counted since its very first read; the numbers live on in the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class Totals:
    """Running totals, so that no byte disappears without a number.

    Always `bytes_read = sum of chunk bytes − partial_final + nul_bytes + bom_bytes +
    oversize_bytes`, where the newlines that we added to final lines are `partial_final`.

    generations  how generations began or moved: new, truncated, marker, renamed, copied,
                 compressed
    missed       generations that ended where we could not look, so that nobody can know whether
                 something stood behind our offset
    grown_ns     when a file that brought something new was written last, by its own time; 0: never
    """

    bytes_read: int = 0
    nul_bytes: int = 0
    bom_bytes: int = 0
    oversize_bytes: int = 0
    oversize_lines: int = 0
    partial_final: int = 0
    missed: int = 0
    grown_ns: int = 0
    generations: dict[str, int] = field(default_factory=dict)

    def generation(self, reason: str) -> None:
        """Count one more change of that kind."""
        self.generations[reason] = self.generations.get(reason, 0) + 1

    def to_json(self) -> dict[str, Any]:
        """The totals as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; unknown keys are left out, missing ones are 0."""
        numbers = {name: int(value.get(name, 0)) for name in cls.__slots__ if name != "generations"}
        reasons = {str(key): int(n) for key, n in value.get("generations", {}).items()}
        return cls(**numbers, generations=reasons)
