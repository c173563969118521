"""An icon of the vendored set; what it means is said by the element around it."""

from __future__ import annotations

from dash import html


def icon(name: str) -> html.I:
    """Give an icon by its Bootstrap name, such as `pause-fill`, silent for screen readers."""
    return html.I(className=f"bi bi-{name}", **{"aria-hidden": "true"})
