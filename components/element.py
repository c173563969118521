"""A component as the plain dict that Dash reads, cheaper to make than an object.

Short table bodies are sent whole at every tick; building them as dicts costs a twentieth.
"""

from __future__ import annotations

from typing import Any

Element = dict[str, Any]
Props = dict[str, dict[str, Any]]
"""What a page gives: component id → property → JSON value."""


def element(kind: str, children: Any = None, **props: Any) -> Element:
    """Give one element of `dash.html` as a dict.

    Args:
        kind: the element's name, such as `Td`.
        children: a string, a number, None or a list of elements.
        props: properties; `data_metric` becomes `data-metric`, `aria_label` `aria-label`.
    """
    named = {
        name.replace("_", "-") if name.startswith(("data_", "aria_")) else name: value
        for name, value in props.items()
    }
    return {
        "type": kind,
        "namespace": "dash_html_components",
        "props": {"children": children, **named},
    }
