"""The first paint: a page's bare layout with the props of its picture put in, before it is sent."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from dash.development.base_component import Component

from web.filters import FilterError, Filters
from web.page_table import Page
from web.refusal_page import filter_refused, no_such_page
from web.render import Renderer

PATCH = "__dash_patch_update"


def painted_layout(
    page: Page, layout: Any, renderer: Renderer, default_window: str, ready: Callable[[], bool]
) -> Callable[..., Any]:
    """A layout function that gives the page with its values already in it.

    Until `ready` says yes (Dash asks every page for its ids at start) the layout stays bare.
    """

    def paint(**query: Any) -> Any:
        if not ready():
            return layout()
        names = page.pattern.groupindex
        texts = {name: value for name, value in query.items() if isinstance(value, str)}
        try:
            filters = Filters.from_query(
                {name: value for name, value in texts.items() if name not in names},
                default_window=default_window,
            )
        except FilterError as error:
            return filter_refused(error, page.path if not names else "/")
        tree = layout(**query)
        path = page.path
        for name in names:
            path = path.replace(f"<{name}>", texts.get(name, ""))
        try:
            fill(tree, renderer.render(path, filters).props)
        except KeyError:
            return no_such_page()
        return tree

    return paint


def fill(tree: Any, props: dict[str, dict[str, Any]]) -> None:
    """Set the given props on the components of a layout, objects or plain dicts, by id."""
    if isinstance(tree, (list, tuple)):
        for child in tree:
            fill(child, props)
    elif isinstance(tree, Component):
        for name, value in _props_of(getattr(tree, "id", None), props):
            setattr(tree, name, _patched(getattr(tree, name, None), value))
        fill(getattr(tree, "children", None), props)
    elif isinstance(tree, dict) and isinstance(tree.get("props"), dict):
        own = tree["props"]
        for name, value in _props_of(own.get("id"), props):
            own[name] = _patched(own.get(name), value)
        fill(own.get("children"), props)


def _props_of(identifier: Any, props: dict[str, dict[str, Any]]) -> Iterable[tuple[str, Any]]:
    return props.get(identifier, {}).items() if isinstance(identifier, str) else ()


def _patched(current: Any, value: Any) -> Any:
    """The value after a raw Patch: only `Assign` into what is there already is used on pages."""
    if not isinstance(value, dict) or value.get(PATCH) != PATCH:
        return value
    result = copy.deepcopy(current)
    for operation in value["operations"]:
        *way, last = operation["location"]
        target = result
        for step in way:
            target = target[step]
        target[last] = operation["params"]["value"]
    return result
