"""The page of the agreed frames: every frame with its columns and their types."""

from __future__ import annotations

import pandas as pd

from data_sources.columns import KINDS
from data_sources.frames import FRAMES, empty
from data_sources.lines.frame import no_events
from docs.from_code.table import code, codes, table


def parts() -> dict[str, str]:
    """The columns of events, the kinds of events, and all other frames."""
    others = (
        f"## {name}\n\n{_columns(empty(name)[list(columns)])}" for name, columns in FRAMES.items()
    )
    return {
        "events": _columns(no_events()),
        "kinds": codes(sorted(KINDS), " "),
        "frames": "\n\n".join(others),
    }


def _columns(frame: pd.DataFrame) -> str:
    """Columns by their types, in the order of the frame."""
    by_type: dict[str, list[str]] = {}
    for name, dtype in frame.dtypes.items():
        by_type.setdefault(str(dtype), []).append(str(name))
    rows = ((code(dtype), codes(names)) for dtype, names in by_type.items())
    return table(("type", "columns"), rows)
