"""Which route the bot chose, as counts and shares of its decisions."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.element import Props
from components.funnel import Stage, StageValue, funnel, funnel_props
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import count
from metrics.ratio import ratio
from metrics.routes import RouteCounts, route_counts
from pages.panels.frame import knows_events

ID: Final = "routes"

STAGES: Final = tuple(
    Stage(name, label, f"routes_{name}")
    for name, label in (
        ("maker", "Maker"),
        ("taker", "Taker"),
        ("deny", "Deny"),
        ("cancel", "Cancel"),
    )
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    hint = "Decisions, taken before the last gates: routes are not orders"
    return panel(ID, "Routes decided", funnel(ID, STAGES, "decisions"), span=span, hint=hint)


def props(view: Any, origin: Provenance) -> Props:
    """Give counts, shares and the shares' Wilson intervals."""
    found: RouteCounts = view.measure(route_counts)
    numbers = [getattr(found, stage.key) for stage in STAGES]
    whole = sum(numbers)
    values = []
    for number in numbers:
        share = ratio(number, whole)
        shown = StageValue(number, share.value, share.low, share.high)
        values.append(shown if knows_events(view) else StageValue(None))
    return {
        **panel_props(ID, origin, f"n = {count(whole)} decisions"),
        **funnel_props(ID, STAGES, values),
    }
