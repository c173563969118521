"""What the charts share: the quantiles' colors and a layout that carries no theme.

The colors on the screen come from `assets/deskwatch.css` by theme; those here are the same middle
tones, good on white and on black, which plotly needs for its legends, hovers and exported images.
"""

from __future__ import annotations

from typing import Any, Final

QUANTILE_COLORS: Final = {"p50": "#3b8ad6", "p90": "#8a95a1", "p99": "#e07b12"}
"""Blue, gray, orange: apart from each other under every common color-vision deficiency."""

QUANTILE_DASHES: Final = {"p50": "solid", "p90": "dot", "p99": "solid"}

BAND_OPACITY: Final = 0.22

HEAT_SCALE: Final = (
    (0.0, "rgba(59,138,214,0.10)"),
    (0.25, "rgba(59,138,214,0.45)"),
    (0.6, "rgba(59,138,214,0.95)"),
    (1.0, "rgba(224,123,18,1)"),
)
"""From a breath of blue to orange: an empty cell stays the panel's own color in both themes."""


_TIME_STOPS: Final = (
    {"dtickrange": [None, 1_000], "value": "%H:%M:%S.%L"},
    {"dtickrange": [1_000, 60_000], "value": "%H:%M:%S"},
    {"dtickrange": [60_000, 86_400_000], "value": "%H:%M"},
    {"dtickrange": [86_400_000, None], "value": "%b %-d"},
)
_UNIT_LABEL: Final = {
    "xref": "paper",
    "yref": "paper",
    "x": 0,
    "y": 1,
    "xanchor": "left",
    "yanchor": "bottom",
    "showarrow": False,
    "font": {"size": 11},
}


def chart_layout(*, y_unit: str, y_log: bool = False) -> dict[str, Any]:
    """Give the layout of a chart over time: transparent, no template, UTC along the bottom.

    Args:
        y_unit: the unit of the vertical axis, written above it.
        y_log: whether it is logarithmic.
    """
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 40, "r": 8, "t": 18, "b": 20},
        "annotations": [{**_UNIT_LABEL, "text": f"{y_unit}, times in UTC"}],
        "font": {"size": 11},
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": "zoom",
        "xaxis": {
            "type": "date",
            "tickformatstops": [dict(stop) for stop in _TIME_STOPS],
            "nticks": 7,
            "hoverformat": "%Y-%m-%d %H:%M:%S UTC",
            "automargin": False,
            "gridcolor": "rgba(128,140,152,0.25)",
        },
        "yaxis": {
            "type": "log" if y_log else "linear",
            "tickformat": "~g",
            **({"dtick": "D2"} if y_log else {"nticks": 6}),
            "rangemode": "normal" if y_log else "tozero",
            "automargin": False,
            "gridcolor": "rgba(128,140,152,0.25)",
            "zeroline": False,
        },
    }
