"""Records of RICK's programs in a log, and the events they become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources import JsonlSource


def events(folder: Path, *records: dict[str, Any]) -> pd.DataFrame:
    """What records in one file become; not one of them is set aside."""
    path = folder / "narration.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    reading = JsonlSource(path, dialect="rick").read()
    assert reading.counts.quarantined == {}
    return reading.frame
