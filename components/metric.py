"""A number on a page, in an element that a test or a screen reader finds by its name."""

from __future__ import annotations

from typing import Any

from dash import html

from formats import MISSING


def metric_text(identifier: str, name: str, *, class_name: str = "num", **data: str) -> html.Span:
    """Give the element of one number, `—` until the first value arrives.

    Args:
        identifier: its component id.
        name: the `/status` path with `_` for dots, such as `orders_submitted`.
        class_name: its CSS classes.
        data: further attributes such as `data_source`.
    """
    attributes: dict[str, Any] = {key.replace("_", "-"): value for key, value in data.items()}
    return html.Span(
        MISSING, id=identifier, className=class_name, **{"data-metric": name, **attributes}
    )
