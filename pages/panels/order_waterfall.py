"""One order's life, stage by stage; the address names the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from components.badges import badge, badge_props
from components.cell import raw_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.waterfall import Step, waterfall_rows
from formats import text
from pages.panels.order_rows import find_order, order_key, plain_number

ID: Final = "waterfall"

_STAGES: Final = (
    ("Submit → ack", "ts_accepted"),
    ("→ first fill", "ts_first_fill"),
    ("→ end", "ts_closed"),
)


def layout(*, span: int) -> html.Section:
    """Give the panel; without a chosen order it says how to choose one."""
    body = [
        html.Div(
            [
                html.Strong("", id=f"{ID}-name"),
                badge(f"{ID}-status", "order"),
                html.Span("", id=f"{ID}-facts", className="muted"),
                html.A("raw", id=f"{ID}-raw", target="_blank", rel="noopener"),
            ],
            className="stat-row",
            id=f"{ID}-head",
            hidden=True,
        ),
        html.Div([], id=f"{ID}-rows"),
        html.Div("", id=f"{ID}-none", className="table-none"),
    ]
    return panel(ID, "One order's life", body, span=span)


def props(view: Any, origin: Provenance, chosen: str | None) -> Props:
    """Give the life of the chosen order, or what to do to see one."""
    order = find_order(view.orders, chosen) if chosen else None
    if order is None:
        said = "Choose an order in a table below to see its life."
        if chosen:
            said = f"The order {text(chosen, 60)} is not in this window: try a longer one."
        return {
            **panel_props(ID, origin, ""),
            **_props({}, [], said),
        }
    return {**panel_props(ID, origin, "n = 1"), **_props(order, _steps(order, view.at), "")}


def _props(order: Mapping[str, Any], steps: list[Step], none: str) -> Props:
    facts = " · ".join(
        part
        for part in (
            text(order.get("symbol"), 24) if order else "",
            (
                f"{text(order.get('side'), 12)} {plain_number(order.get('order_quantity'))}"
                f" at {plain_number(order.get('limit_price'))}"
            ),
            f"average fill {plain_number(order.get('average_fill_price'))}",
            f"route {text(order.get('route'), 12)}",
            f"reason {text(order.get('reason'), 60)}",
        )
        if part
    )
    raw = raw_cell(order.get("raw_generation"), order.get("raw_offset"), order.get("source"))
    return {
        f"{ID}-head": {"hidden": not order},
        f"{ID}-name": {"children": text(order_key(order), 80) if order else ""},
        **badge_props(f"{ID}-status", "order", order.get("status")),
        f"{ID}-facts": {"children": facts if order else ""},
        f"{ID}-raw": {"href": raw["href"] if isinstance(raw, dict) else ""},
        f"{ID}-rows": {"children": waterfall_rows(steps)},
        f"{ID}-none": {"children": none, "hidden": not none},
    }


def _steps(order: Mapping[str, Any], at: Any) -> list[Step]:
    """Give the stages one after another: a missing moment is left out of the chain, not guessed."""
    before = order.get("ts_submitted")
    steps = []
    for label, column in _STAGES:
        moment = order.get(column)
        if column == "ts_closed" and not _is_known(moment):
            steps.append(Step("→ still open", before, at))
            break
        is_told_once = _is_known(moment) and _is_known(before) and moment < before
        start = None if is_told_once else before
        steps.append(Step(label, start, moment))
        before = moment if _is_known(moment) else before
    return steps


def _is_known(moment: Any) -> bool:
    return moment is not None and moment == moment
