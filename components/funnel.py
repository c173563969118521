"""The funnel of orders: counts, shares of what was submitted, and the shares' 95 % intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from dash import html

from components.metric import metric_text
from formats import MISSING, count, number, percent


class Stage(NamedTuple):
    """One row of the funnel.

    key      end of its ids
    label    its name
    metric   the data-metric of its count
    minor    a way out of the funnel instead of a step of it
    hint     what is counted
    """

    key: str
    label: str
    metric: str
    minor: bool = False
    hint: str = ""


class StageValue(NamedTuple):
    """What a row shows: the count, its share of the whole (0–1) and the share's interval."""

    count: int | None
    share: float | None = None
    low: float | None = None
    high: float | None = None


def funnel(identifier: str, stages: Sequence[Stage], whole: str) -> html.Div:
    """Give the funnel's rows; `funnel_props` fills them.

    Args:
        identifier: start of the rows' ids, `<id>-<key>-count`, `-share`, `-interval`, `-fill`, and
            of the line below them, `<id>-note`.
        stages: the rows from top to bottom.
        whole: what the shares are shares of.
    """
    head = html.Div(
        [
            html.Span("Stage"),
            html.Span(""),
            html.Span("Orders", className="num"),
            html.Span(f"of {whole}", className="num"),
            html.Span("95 % interval", className="num"),
        ],
        className="funnel-row head",
    )
    note = html.P("", id=f"{identifier}-note", className="funnel-note")
    rows = [head, *(_stage(identifier, stage) for stage in stages), note]
    return html.Div(rows, className="funnel")


def funnel_props(
    identifier: str, stages: Sequence[Stage], values: Sequence[StageValue], note: str = ""
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of the rows, in the order of the stages, and of the note."""
    greatest = max((value.count or 0 for value in values), default=0) or 1
    props: dict[str, dict[str, Any]] = {f"{identifier}-note": {"children": note}}
    for stage, value in zip(stages, values, strict=True):
        start = f"{identifier}-{stage.key}"
        width = 100.0 * (value.count or 0) / greatest
        props[f"{start}-count"] = {"children": count(value.count)}
        props[f"{start}-share"] = {"children": percent(value.share)}
        props[f"{start}-interval"] = {"children": _interval(value)}
        props[f"{start}-fill"] = {"style": {"width": f"{width:.1f}%"}}
    return props


def _interval(value: StageValue) -> str:
    if value.low is None or value.high is None:
        return MISSING
    return f"{number(100 * value.low, 1)}–{number(100 * value.high, 1)} %"


def _stage(identifier: str, stage: Stage) -> html.Div:
    start = f"{identifier}-{stage.key}"
    return html.Div(
        [
            html.Span(stage.label, className="funnel-label", title=stage.hint),
            html.Div(html.Div(id=f"{start}-fill", className="funnel-fill"), className="funnel-bar"),
            metric_text(f"{start}-count", stage.metric, class_name="num funnel-count"),
            html.Span(MISSING, id=f"{start}-share", className="num"),
            html.Span(MISSING, id=f"{start}-interval", className="num muted"),
        ],
        className="funnel-row minor" if stage.minor else "funnel-row",
    )
