"""The frame around every page: who we look at, how live it is, and the viewer's own switches.

What the switches do is in `assets/shell.js`; everything they choose lives in the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import dash
from dash import html

from components.badges import badge
from components.help_dialog import help_dialog
from components.icon import icon
from components.link import site_path

WINDOWS: Final = (
    ("1m", "1 minute"),
    ("5m", "5 minutes"),
    ("15m", "15 minutes"),
    ("1h", "1 hour"),
    ("6h", "6 hours"),
    ("all", "everything there is"),
)
_HOW_TO_TELL: Final = (
    'Nobody told which environment this is: write environment = "paper" (demo, paper, staging or '
    "production) under [desk] in deskwatch.toml, or set DESKWATCH_DESK__ENVIRONMENT=paper"
)
_CHOOSER_HINT: Final = "Count one source alone, or all of them together (s)"


def shell(page_registry: Mapping[str, Mapping[str, Any]], desk_info: Mapping[str, Any]) -> html.Div:
    """Give the frame: top bars, the pages' container, help; the live channel's parts are not here.

    Args:
        page_registry: `dash.page_registry`; the navigation shows what is in it, nothing else.
        desk_info: `name`, `environment`, `demo`, `timezone` (the exchange's, for the switch),
            `window` (that of an address that names none).
    """
    is_demo = bool(desk_info.get("demo"))
    zone = str(desk_info.get("timezone") or "UTC")
    environment = "demo" if is_demo else desk_info.get("environment")
    return html.Div(
        [
            html.A("Skip to the numbers", href="#content", className="skip-link"),
            html.Header(
                [
                    *([_demo_tag()] if is_demo else []),
                    html.Div(
                        [
                            html.A("Deskwatch", href=site_path("/"), className="brand"),
                            html.Span(str(desk_info.get("name") or ""), className="desk-name"),
                            _environment(environment),
                            _navigation(page_registry),
                            html.Div(_live_controls(), className="shell-controls push"),
                        ],
                        className="shell-bar",
                    ),
                    html.Div(
                        [
                            _sources(),
                            html.Div(id="filter-chips", className="filter-chips"),
                            html.Div([_windows(), _zones(zone)], className="shell-controls push"),
                        ],
                        className="shell-bar",
                    ),
                    _replay_bar(),
                    html.Div(id="desk-notices", role="status"),
                ],
                className="shell-top",
            ),
            html.Main(dash.page_container, id="content", className="shell-main", tabIndex=-1),
            *([html.Div(className="demo-frame", **{"aria-hidden": "true"})] if is_demo else []),
            html.Div(className="replay-frame", **{"aria-hidden": "true"}),
            help_dialog([label for label, _ in navigation_entries(page_registry)]),
        ],
        id="shell",
        className="shell shell-demo" if is_demo else "shell",
        **{
            "data-exchange-zone": zone,
            "data-default-window": str(desk_info.get("window") or "5m"),
            "data-demo": "true" if is_demo else "false",
        },
    )


def navigation_entries(
    page_registry: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Give the entries of the navigation: (label, its pages), by the pages' order.

    Pages that name the same `section` share one entry under its name. A page that is alone in its
    section goes by its own name, the one that it bears as its title.
    """
    entries: dict[str, list[Mapping[str, Any]]] = {}
    for page in sorted(_shown(page_registry), key=lambda page: page.get("order") or 0):
        entries.setdefault(page.get("section") or page["name"], []).append(page)
    return [
        (label if len(pages) > 1 else str(pages[0]["name"]), pages)
        for label, pages in entries.items()
    ]


def _shown(page_registry: Mapping[str, Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for page in page_registry.values():
        if not page.get("path_template") and not page["module"].endswith("not_found_404"):
            yield page


def _navigation(page_registry: Mapping[str, Mapping[str, Any]]) -> html.Nav:
    links = [
        html.A(
            label,
            href=pages[0]["relative_path"],
            title=pages[0].get("question") or "",
            **{"data-nav": " ".join([*(page["relative_path"] for page in pages), *one])},
        )
        for label, pages in navigation_entries(page_registry)
        for one in [_of_one_thing(page_registry, label)]
    ]
    return html.Nav(links, className="shell-nav", **{"aria-label": "Pages"})


def _of_one_thing(page_registry: Mapping[str, Mapping[str, Any]], label: str) -> list[str]:
    """Give where the pages of one thing begin that belong to an entry, as `/session/*`."""
    return [
        site_path(str(page["path_template"]).partition("<")[0]) + "*"
        for page in page_registry.values()
        if page.get("path_template") and page.get("section") == label
    ]


def _environment(environment: Any) -> html.Span:
    """Give the badge of the environment; one that nobody told says how to tell it."""
    made = badge("environment", "environment", environment)
    if environment in (None, "", "unknown"):
        made.title = _HOW_TO_TELL
    return made


def _live_controls() -> list[Any]:
    return [
        html.Span(
            "connecting",
            id="connection",
            role="status",
            **{"aria-live": "polite", "data-state": "connecting"},
        ),
        _button("pause", icon("pause-fill"), "Pause live updates (p)", **{"aria-pressed": "false"}),
        _button("theme", icon("circle-half"), "Dark or light (t)"),
        _button("help", icon("question-lg"), "Keys (?)"),
    ]


def _sources() -> html.Label:
    """Give the chooser of a source, for `assets/shell.js` to fill with those that a page names."""
    chooser = html.Select([], id="source-chooser", className="control", title=_CHOOSER_HINT)
    return html.Label(
        ["Source", chooser],
        id="source-choice",
        className="source-choice",
        htmlFor="source-chooser",
        hidden=True,
    )


def _windows() -> html.Div:
    links = [
        html.A(
            name,
            href=f"?window={name}",
            className="control",
            title=f"Look at {meaning}",
            **{"data-window": name, "data-query": ""},
        )
        for name, meaning in WINDOWS
    ]
    return html.Div(links, className="control-group", role="group", **{"aria-label": "Window"})


def _zones(exchange_zone: str) -> html.Div:
    zones = (
        ("UTC", "utc", "Times in UTC"),
        ("Browser", "browser", "Times in this browser's zone"),
        ("Exchange", "exchange", f"Times in the exchange's zone, {exchange_zone}"),
    )
    buttons = [
        html.Button(
            label,
            type="button",
            className="control",
            title=f"{meaning} (z)",
            **{"data-zone": name, "aria-pressed": "true" if name == "utc" else "false"},
        )
        for label, name, meaning in zones
    ]
    return html.Div(buttons, className="control-group", role="group", **{"aria-label": "Time zone"})


def _button(action: str, label: html.I, title: str, **attributes: str) -> html.Button:
    return html.Button(
        label,
        type="button",
        id=f"{action}-button",
        className="control",
        title=title,
        **{"data-action": action, "aria-label": title, **attributes},
    )


def _demo_tag() -> html.Div:
    return html.Div(
        "DEMO: a simulated bot on this machine. No order is real, no number is money.",
        className="demo-tag",
        role="note",
    )


def _replay_bar() -> html.Div:
    return html.Div(
        [
            html.Span("◷ Not live: the desk as it was at"),
            html.Span("", id="replay-at", className="num"),
            html.Button(
                "Back to live (l)", type="button", className="control", **{"data-action": "live"}
            ),
        ],
        className="replay-bar",
        role="status",
    )
