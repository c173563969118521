"""A row of links that choose one word of a filter, or all of them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import html


def choice(identifier: str, label: str, name: str, words: Sequence[str]) -> html.Div:
    """Give the row; `choice_props` marks what is chosen.

    Args:
        identifier: start of its ids, one a word and `<id>-all`.
        label: what is chosen, before the links.
        name: the filter's name in the address.
        words: the words that there are.
    """
    links = [_link(f"{identifier}-all", "all", name, "")]
    links += [_link(f"{identifier}-{word}", word, name, word) for word in words]
    group = html.Div(links, className="control-group", role="group", **{"aria-label": label})
    return html.Div([html.Span(label, className="muted"), group], className="choice")


def choice_props(
    identifier: str, words: Sequence[str], chosen: str | None
) -> dict[str, dict[str, Any]]:
    """Give the changing properties: which link is the chosen one.

    Args:
        identifier: as given to `choice`.
        words: as given to `choice`.
        chosen: the word in the address, None for all.
    """
    marked = {f"{identifier}-all": chosen is None}
    marked |= {f"{identifier}-{word}": word == chosen for word in words}
    return {name: {"aria-current": "true" if on else "false"} for name, on in marked.items()}


def _link(identifier: str, label: str, name: str, word: str) -> html.A:
    return html.A(
        label,
        id=identifier,
        href=f"?{urlencode({name: word})}",
        className="control",
        **{"data-query": "", "aria-current": "false"},
    )
