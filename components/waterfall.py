"""One order's life as a waterfall: its stages one after another, summing to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from components.duration import duration as duration_text
from components.element import Element, element
from components.time_mark import time_mark


class Step(NamedTuple):
    """A stage of a life: its name and the moments between which it ran; None where unknown."""

    label: str
    start: Any
    end: Any


def waterfall_rows(steps: Sequence[Step]) -> list[Element]:
    """Give the rows of the waterfall, the last of them the whole; a missing stage shows `—`.

    Args:
        steps: the stages in order of time, moments as timestamps with zone.
    """
    known = [moment for step in steps for moment in (step.start, step.end) if _is_known(moment)]
    if not known:
        return []
    first, last = min(known), max(known)
    whole = max((last - first).total_seconds(), 1e-9)
    rows = [_row(step.label, step.start, step.end, first, whole) for step in steps]
    return [*rows, _row("Whole life", first, last, first, whole, total=True)]


def _row(
    label: str, start: Any, end: Any, first: Any, whole: float, *, total: bool = False
) -> Element:
    duration = (end - start).total_seconds() if _is_known(start) and _is_known(end) else None
    offset = (start - first).total_seconds() if _is_known(start) else 0.0
    left = 100.0 * offset / whole
    width = 0.0 if duration is None else 100.0 * max(duration, 0.0) / whole
    style = {"left": f"{left:.2f}%", "width": f"{width:.2f}%"}
    if duration is None:
        style["visibility"] = "hidden"
    bar = element("Div", None, className="waterfall-bar", style=style)
    return element(
        "Div",
        [
            element("Span", label),
            element("Div", [bar], className="waterfall-lane"),
            element("Span", duration_text(duration), className="num"),
            element("Span", [time_mark(end if _is_known(end) else None)], className="num muted"),
        ],
        className="waterfall-row total" if total else "waterfall-row",
    )


def _is_known(moment: Any) -> bool:
    return moment is not None and moment == moment
