"""No order may vanish: the sums that must come out, and the orders that break them."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.badges import badge, badge_props
from components.cell import badge_cell
from components.element import Props
from components.panel import panel, panel_props
from components.provenance import Provenance
from components.table import Column, table, table_props
from formats import count, text
from metrics.conservation import Conservation, Identity, conservation

ID: Final = "accounting"

COLUMNS: Final = (
    Column("name", "Identity", wrap=True),
    Column("left", "Left", right=True, metric="conservation_left"),
    Column("right", "Right", right=True, metric="conservation_right"),
    Column("state", ""),
    Column("ids", "Broken by", wrap=True),
)


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = [
        html.Div(
            badge(f"{ID}-holds", "accounting", data_metric="conservation_holds"),
            className="stat-row",
        ),
        table(f"{ID}-rows", COLUMNS, "Identities checked"),
    ]
    return panel(ID, "Do the orders add up?", body, span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give every identity with both of its sides."""
    found: Conservation = view.measure(conservation)
    state = None if found.holds is None else "balanced" if found.holds else "broken"
    return {
        **panel_props(ID, origin, f"n = {count(found.n)} orders"),
        **badge_props(f"{ID}-holds", "accounting", state),
        **table_props(
            f"{ID}-rows",
            COLUMNS,
            [_row(one) for one in found.identities],
            none="No order to check in this window",
            caption="Checked order by order, and against the counts",
        ),
    }


def _row(one: Identity) -> dict[str, Any]:
    return {
        "name": one.name,
        "left": count(one.left),
        "right": count(one.right),
        "state": badge_cell("accounting", "balanced" if one.holds else "broken"),
        "ids": text(", ".join(one.ids), 300) if one.ids else "",
    }
