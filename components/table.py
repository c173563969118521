"""A short table whose body travels whole, as one text property: log text can never be markup.

`assets/tables.js` writes the cells as text; a table is one Dash component however long it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dash import html


class Column(NamedTuple):
    """One column of a table.

    key      of the row's value: text, or a cell of `components.cell`
    title    its head, with the unit
    right    numbers stand to the right
    metric   the data-metric of its cells, `<frame>_<column>`
    wrap     long text breaks instead of being cut
    width    percent of the table's width; with it the columns stand still as rows change
    hint     what it holds, shown when the pointer rests on its title
    """

    key: str
    title: str
    right: bool = False
    metric: str = ""
    wrap: bool = False
    width: float = 0.0
    hint: str = ""


def table(identifier: str, columns: Sequence[Column], caption: str) -> html.Div:
    """Give a table with an empty body; `table_props` fills it.

    Args:
        identifier: id of the body; `<id>-caption` is the line below.
        columns: its columns.
        caption: what one row is.
    """
    head = [
        html.Th(
            column.title,
            scope="col",
            className="right" if column.right else None,
            title=column.hint or None,
            style={"width": f"{column.width:g}%"} if column.width else None,
        )
        for column in columns
    ]
    body = html.Tbody(
        id=identifier,
        **{
            "data-columns": _json([_column(column) for column in columns]),
            "data-rows": "[]",
            "data-none": caption,
        },
    )
    return html.Div(
        html.Table(
            [html.Caption(caption, id=f"{identifier}-caption"), html.Thead(html.Tr(head)), body],
            className="data-table still" if any(one.width for one in columns) else "data-table",
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
        rows: values by column key; `_selected` marks a row, `_data` gives data attributes to its
            cells with a metric, such as `{"source": "aurora"}`.
        none: what stands there when there is no row.
        caption: what one row is, and how many are left out.
    """
    return {
        identifier: {"data-rows": _json([_row(columns, row) for row in rows]), "data-none": none},
        f"{identifier}-caption": {"children": caption},
    }


def _row(columns: Sequence[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"cells": [row.get(column.key, "") for column in columns]}
    if row.get("_data"):
        made["data"] = row["_data"]
    if row.get("_selected"):
        made["selected"] = True
    return made


def _column(column: Column) -> dict[str, Any]:
    names = [name for name, on in (("right", column.right), ("wrap", column.wrap)) if on]
    return {"class": " ".join(names), "metric": column.metric}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
