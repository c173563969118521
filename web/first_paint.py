"""The first paint: a page's bare layout with the props of its picture put in, before it is sent."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import dash
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
        path = _path_of(page)
        variables = page.variables(path)
        texts = {name: value for name, value in query.items() if isinstance(value, str)}
        try:
            filters = Filters.from_query(
                {name: value for name, value in texts.items() if name not in (variables or ())},
                default_window=default_window,
            )
        except FilterError as error:
            return filter_refused(error, path)
        if variables is None or not renderer.knows(path, filters):
            return no_such_page()
        tree = layout(**{**query, **variables})
        fill(tree, renderer.render(path, filters).props)
        return tree

    return paint


def _path_of(page: Page) -> str:
    """The path that is asked for, as the browser writes it.

    What Dash hands to a layout will not do: there the query `?x=` overrides a path's variable x.
    """
    if not page.pattern.groupindex:
        return page.path
    given = dash.ctx.inputs["_pages_location.pathname"]
    return "/" + str(dash.strip_relative_path(given))


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
