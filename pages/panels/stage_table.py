"""All stages side by side: n, and each percentile with its interval."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import MISSING, count, text
from metrics.latency import latency_percentiles, percentiles_by
from metrics.percentiles import Percentile, Percentiles
from pages.panels.stages import STAGES, bounds_text, value_text

QUANTILES: Final = ("p50", "p90", "p99")
MOST_ROWS: Final = 12

_NUMBERS: Final = tuple(
    column
    for name in QUANTILES
    for column in (
        Column(name, f"{name.upper()} ms", right=True, metric=f"latency_{name}"),
        Column(f"{name}_ci", "95 % interval", right=True),
    )
)


def layout(identifier: str, title: str, by: str, *, span: int) -> html.Section:
    """Give a panel of percentiles by something.

    Args:
        identifier: the panel's id.
        title: the panel's title.
        by: the head of the first column.
        span: columns of the grid.
    """
    body = table(f"{identifier}-rows", _columns(by), title)
    return panel(identifier, title, body, span=span)


def stage_props(identifier: str, view: Any, origin: Provenance) -> Props:
    """Give a row a stage, over the whole window."""
    rows = []
    samples = 0
    for stage in STAGES:
        found: Percentiles = view.measure(latency_percentiles, stage=stage.name)
        samples += found.n
        cells = dict(zip(QUANTILES, found.all, strict=True))
        rows.append(_row(stage.label, found.n, cells, stage=stage.name))
    return _props(identifier, "Stage", origin, samples, rows, "P99 needs n ≥ 100")


def split_props(identifier: str, view: Any, origin: Provenance, stage: str, by: str) -> Props:
    """Give a row a route, symbol or source, for one stage, the most seen first."""
    found = percentiles_by(view.latency, stage, by)
    rows = [
        _row(text(key, 40), one.n, dict(zip(QUANTILES, one.all, strict=True)), stage=stage)
        for key, one in found[:MOST_ROWS]
    ]
    hidden = len(found) - len(rows)
    caption = f"{count(hidden)} less frequent left out" if hidden else "All of them"
    whole = sum(one.n for _, one in found)
    return _props(identifier, by.capitalize(), origin, whole, rows, caption)


def _props(
    identifier: str,
    by: str,
    origin: Provenance,
    samples: int,
    rows: list[dict[str, Any]],
    caption: str,
) -> Props:
    return {
        **panel_props(identifier, origin, f"n = {count(samples)}"),
        **table_props(
            f"{identifier}-rows",
            _columns(by),
            rows,
            none="No samples in this window",
            caption=caption,
        ),
    }


def _columns(by: str) -> tuple[Column, ...]:
    return (Column("key", by), Column("n", "n", right=True, metric="latency_n"), *_NUMBERS)


def _row(key: str, n: int, cells: dict[str, Percentile], *, stage: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "_data": {"stage": stage, "key": key},
        "key": key,
        "n": count(n),
    }
    for name, one in cells.items():
        row[name] = value_text(one).removesuffix(" ms")
        row[f"{name}_ci"] = bounds_text(one).strip("[]").replace(" ms", "") or MISSING
    return row
