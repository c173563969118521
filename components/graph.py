"""The one factory of charts: nothing leaves the page, and every chart is also a table and a PNG."""

from __future__ import annotations

from typing import Any, Final

from dash import dcc, html

from components.icon import icon

CONFIG: Final = {
    "displaylogo": False,
    "displayModeBar": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "locale": "en-US",
    "responsive": True,
    "doubleClick": "reset+autosize",
    "scrollZoom": False,
}
"""plotly 7 offers "Share chart…", which posts the figure to a cloud, unless told not to."""


def graph(
    identifier: str, label: str, traces: list[dict[str, Any]], layout: dict[str, Any]
) -> html.Div:
    """Give a chart with a table view, a PNG button, a reset of the zoom, and words when empty.

    Args:
        identifier: id of the `dcc.Graph`; `<id>-none` is the text over an empty chart.
        label: what the chart shows, for those who do not see it.
        traces: the traces with empty data; `figure_patch` fills them.
        layout: set once, never touched again.
    """
    return html.Div(
        [
            html.Div(
                [
                    _tool(
                        "zoom",
                        "arrows-angle-expand",
                        "Show all of it again (double-click does the same)",
                    ),
                    _tool("table", "table", "Show the numbers as a table"),
                    _tool("png", "download", "Save as an image"),
                ],
                className="graph-tools",
            ),
            dcc.Graph(
                id=identifier,
                figure={"data": traces, "layout": layout},
                config=CONFIG,
                responsive=True,
                style={"height": "100%"},
            ),
            html.Div(className="graph-table", tabIndex=0, role="region", **{"aria-label": label}),
            html.Div("No samples in this window", id=f"{identifier}-none", className="graph-none"),
        ],
        className="graph",
        role="figure",
        **{"aria-label": label, "data-view": "chart"},
    )


def graph_props(
    identifier: str, patch: dict[str, Any], *, empty: bool, why: str = ""
) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one chart.

    Args:
        identifier: the chart's id.
        patch: the value that `figure_patch` made.
        empty: nothing to draw: words stand over the axes.
        why: those words.
    """
    return {
        identifier: {"figure": patch},
        f"{identifier}-none": {
            "children": why or "No samples in this window",
            "hidden": not empty,
        },
    }


def _tool(action: str, name: str, title: str) -> html.Button:
    return html.Button(
        icon(name), type="button", title=title, **{"data-graph-tool": action, "aria-label": title}
    )
