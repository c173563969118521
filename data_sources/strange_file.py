"""Why one file that was attached by name is nothing that any source reads."""

from __future__ import annotations

from pathlib import Path

from data_sources.json_file import JsonFileSource
from data_sources.lines.guess import guess as guess_mapping
from data_sources.lines.infer import infer, sample_of
from data_sources.lines.mixed import NOT_KNOWN
from data_sources.lines.names import PATTERNS, log_name
from data_sources.lone_files import TABLES
from data_sources.recognize import kind_of


def why_strange(file: Path) -> str | None:
    """Return what is wrong with a file and what to attach instead; None when it can be read.

    A file that is called as logs are is read whatever it holds now. So is one of another name whose
    lines are JSON objects, as an unknown bot's log is read in the dialect `generic`, and one that
    is empty; but not an empty table (`.csv`, `.tsv`), `.json` or `.parquet`, which no log begins
    as. Files are only read.
    """
    if log_name(file.name, PATTERNS) is not None or not file.is_file():
        return None
    why = _why(file)
    return None if why is None else f"{file}: {why}. {_instead(file)}"


def _why(file: Path) -> str | None:
    if file.suffix == ".parquet":
        return "it is no parquet file of price bars (a time and a close in each row)"
    is_table = file.suffix in TABLES
    lines = sample_of([file])
    found = infer(lines)
    if found.dialect not in NOT_KNOWN:
        return None
    if not found.usable:
        return f"it is no log: {found.why}" if found.lines or is_table else None
    if is_table and not guess_mapping(lines).is_useful:
        return f"it is no log of trading: {found.why}, and none of them has usual names of trading"
    return None


def _instead(file: Path) -> str:
    for folder in list(file.parents)[:2]:
        own = kind_of(folder)
        if own is not None:
            return f"{folder} is read as kind {own[0]} ({own[1]}): attach that folder."
    usual = ", ".join(JsonFileSource.usual)
    return (
        "What can be attached alone is a log with a JSON object in each line, a parquet file of "
        f"price bars, or one of {usual}; or attach the bot's folder."
    )
