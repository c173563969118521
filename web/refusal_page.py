"""What a person sees at an address that cannot be shown: what is wrong, and the way back."""

from __future__ import annotations

from typing import Any, Final

import dash
from dash import html

from components.link import site_path
from web.filters import FilterError

NOT_FOUND: Final = "web.not_found_404"
"""The name by which Dash finds the page for addresses without one."""


def register_not_found() -> None:
    """Let Dash show `no_such_page` wherever there is no page; after the app was made."""
    dash.register_page(
        NOT_FOUND,
        path="/not-found",
        name="No such page",
        title="Deskwatch — no such page",
        layout=no_such_page(),
    )


def no_such_page() -> html.Div:
    """There is no page at the address."""
    return _notice(
        "There is no page at this address",
        ["Look for a slip in the address, or choose a page in the bar above."],
        [_link("Back to the overview", "/")],
    )


def filter_refused(error: FilterError, path: str) -> html.Div:
    """A filter in the address of a page cannot be used, or several.

    Args:
        error: which filters, what they were, and what is allowed.
        path: of the page that was asked for.
    """
    links = [_link("Back to the overview", "/")]
    if path != "/":
        links.insert(0, _link("This page without filters", path))
    return _notice(
        "This address cannot be shown",
        [
            said
            for each in error.all
            for said in (
                f"The filter “{each.parameter}” was “{each.value}”.",
                f"Allowed: {each.allowed}.",
            )
        ],
        links,
    )


def _notice(title: str, sentences: list[str], links: list[Any]) -> html.Div:
    words = html.Div([html.H1(title), *map(html.P, sentences), html.P(_spaced(links))])
    return html.Div(words, className="notice refused", role="alert", **{"data-tone": "warn"})


def _link(text: str, path: str) -> html.A:
    return html.A(text, href=site_path(path))


def _spaced(links: list[Any]) -> list[Any]:
    """Links with a dot between them."""
    return [part for link in links for part in (" · ", link)][1:]
