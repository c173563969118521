"""The page of the metrics: every number with its unit, its meaning and what it needs."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator

from docs.from_code.table import code, codes, table
from metrics import REGISTRY, Metric
from web.measured_frames import OF_FRAMES

HEAD = ("metric", "unit", "gives", "from", "options", "frame")


def parts() -> dict[str, str]:
    """A table for each file of the room, in the order of their names."""
    files = sorted({_file(each) for each in REGISTRY.values()})
    return {"metrics": "\n\n".join(_subject(file) for file in files)}


def _subject(file: str) -> str:
    """What a file is about, and its metrics."""
    about = _first_line(importlib.import_module(file).__doc__)
    rows = [_row(each) for _, each in sorted(REGISTRY.items()) if _file(each) == file]
    used = [place for place in range(len(HEAD)) if any(row[place] for row in rows)]
    told = table([HEAD[place] for place in used], ([row[place] for place in used] for row in rows))
    return f"## {file.removeprefix('metrics.')}\n\n{about}\n\n{told}"


def _row(each: Metric[..., object]) -> tuple[str, ...]:
    return (
        code(each.name),
        each.unit,
        _first_line(each.doc),
        codes(each.needs) if each.needs else codes(_taken(each)),
        codes(_options(each)),
        codes(name for name, (measured, _) in OF_FRAMES.items() if measured is each),
    )


def _taken(each: Metric[..., object]) -> Iterator[str]:
    """What is handed over by position."""
    for name, parameter in inspect.signature(each.__wrapped__).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            yield name


def _options(each: Metric[..., object]) -> Iterator[str]:
    """What is chosen by name."""
    for name, parameter in inspect.signature(each.__wrapped__).parameters.items():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            yield name


def _file(each: Metric[..., object]) -> str:
    return str(each.__wrapped__.__module__)


def _first_line(text: str | None) -> str:
    """The first sentence of a docstring, which may go over several lines."""
    return " ".join((text or "").strip().split("\n\n")[0].split())
