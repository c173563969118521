"""A short table whose body is sent whole: numbers to the right, text cut, log text never markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dash import html

from components.element import Element, element


class Column(NamedTuple):
    """One column of a table.

    key      of the row's value, already text (or an element for links, times and badges)
    title    its head, with the unit
    right    numbers stand to the right
    metric   the data-metric of its cells, `<frame>_<column>`
    wrap     long text breaks instead of being cut
    """

    key: str
    title: str
    right: bool = False
    metric: str = ""
    wrap: bool = False


def table(identifier: str, columns: Sequence[Column], caption: str) -> html.Div:
    """Give a table with an empty body; `table_props` fills it.

    Args:
        identifier: id of the body; `<id>-caption` is the line below.
        columns: its columns.
        caption: what one row is.
    """
    head = [
        html.Th(column.title, scope="col", className="right" if column.right else "")
        for column in columns
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(caption, id=f"{identifier}-caption"),
                html.Thead(html.Tr(head)),
                html.Tbody([], id=identifier),
            ],
            className="data-table",
        ),
        className="table-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": caption},
    )


def table_props(
    identifier: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    *,
    none: str,
    caption: str,
) -> dict[str, dict[str, Any]]:
    """Give the body of a table.

    Args:
        identifier: id of the body.
        columns: as given to `table`.
        rows: values by column key; `_key` makes a row keep its place in the page, `_selected`
            marks it, `_data` gives attributes to its cells with a metric (`data_source`).
        none: what stands there when there is no row.
        caption: what one row is, and how many are left out.
    """
    body = [_row(columns, row) for row in rows]
    if not body:
        cell = element("Td", none, colSpan=len(columns), className="table-none")
        body = [element("Tr", [cell])]
    return {identifier: {"children": body}, f"{identifier}-caption": {"children": caption}}


def _row(columns: Sequence[Column], row: Mapping[str, Any]) -> Element:
    attributes: dict[str, Any] = {}
    if "_key" in row:
        attributes["key"] = row["_key"]
    if row.get("_selected"):
        attributes["data_selected"] = "true"
    return element("Tr", [_cell(column, row) for column in columns], **attributes)


def _cell(column: Column, row: Mapping[str, Any]) -> Element:
    value = row.get(column.key, "")
    names = [name for name, on in (("right", column.right), ("wrap", column.wrap)) if on]
    attributes: dict[str, Any] = {}
    if names:
        attributes["className"] = " ".join(names)
    if column.metric:
        attributes.update(row.get("_data", {}), data_metric=column.metric)
        attributes["className"] = " ".join([*names, "num"])
    if isinstance(value, str) and not column.right:
        attributes["title"] = value
    return element("Td", [value] if isinstance(value, dict) else value, **attributes)
