"""One measured figure, as the one JSON line that is printed for it."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path


def machine() -> str:
    """What it was measured on, and how busy that was."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}, load {load:.1f}"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a figure must stay under: at most `limit` of its `value` or of its `ratio`."""

    limit: float
    of: str = "value"

    def holds(self, figure: Figure) -> bool:
        """Whether the figure stays under it."""
        found = figure.ratio if self.of == "ratio" else figure.value
        return found is not None and found <= self.limit

    def text(self, unit: str) -> str:
        """As a person reads it."""
        return f"≤ {self.limit:g} × rival" if self.of == "ratio" else f"≤ {self.limit:g} {unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: smaller is better for all of them.

    Attributes:
        figure: its name.
        value, unit: what was measured, the median where it was measured several times.
        rival, rival_value: who else does that work and what it takes, measured in the same run.
        reach: what it must stay under; None for a figure that only informs.
        n: how many measurements the value rests on.
        note: how it was measured.
    """

    figure: str
    value: float
    unit: str
    rival: str | None = None
    rival_value: float | None = None
    reach: Reach | None = None
    n: int = 1
    note: str = ""
    machine: str = field(default_factory=machine)

    @property
    def ratio(self) -> float | None:
        """How many times the rival's value it is."""
        return self.value / self.rival_value if self.rival_value else None

    def line(self) -> str:
        """The figure as one line of JSON."""
        made = asdict(self) | {
            "value": _rounded(self.value),
            "rival_value": _rounded(self.rival_value),
            "ratio": _rounded(self.ratio),
            "reach": self.reach.text(self.unit) if self.reach else None,
            "reached": self.reach.holds(self) if self.reach else None,
        }
        order = ("figure", "value", "unit", "rival", "rival_value", "ratio", "reach", "reached")
        rest = ("machine", "n", "note")
        return json.dumps({name: made[name] for name in (*order, *rest)}, ensure_ascii=False)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
