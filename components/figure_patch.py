"""Data-only changes of a chart: the layout stays the viewer's, and with it the zoom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def figure_patch(traces: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Give the value of a Graph's `figure` that changes only these properties of these traces.

    It is the JSON that `dash.Patch` writes (dash 4.4). Replacing the whole figure would lose the
    zoom, also with `uirevision`.

    Args:
        traces: index of the trace → its property → the new value.
    """
    return {
        "__dash_patch_update": "__dash_patch_update",
        "operations": [
            {
                "operation": "Assign",
                "location": ["data", index, name],
                "params": {"value": value},
            }
            for index, changes in traces.items()
            for name, value in changes.items()
        ],
    }
