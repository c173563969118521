"""How polled answers become rows, from the `[rest.<endpoint>]` tables of a dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs.from_code.mapping_words import as_list, condition, places
from docs.from_code.table import code, codes, table
from docs.from_code.toml_value import toml_value

Table = Mapping[str, Any]


def answers(told: Table) -> str:
    """The endpoints that are asked, and the rows that their answers become."""
    if not told:
        return ""
    endpoints = table(
        ("endpoint", "service", "path", "every", "its time"),
        (_endpoint(name, each) for name, each in told.items()),
    )
    rows = table(
        ("endpoint", "frame", "rows are at", "columns"),
        (row for name, each in told.items() for row in _rows(name, each)),
    )
    return (
        f"**What is asked.** A service without a name is the source's `url`.\n\n{endpoints}\n\n"
        "**What the answers become.** Of frames with a rank the best ranked endpoint that answers "
        f"is believed.\n\n{rows}"
    )


def _endpoint(name: str, told: Table) -> tuple[str, ...]:
    return (
        code(name),
        code(told["service"]) if "service" in told else "",
        code(told["path"]),
        f"{toml_value(told.get('every_seconds', 5))} s",
        codes(told.get("time", [])),
    )


def _rows(name: str, told: Table) -> Iterator[tuple[str, ...]]:
    rules = ([told] if "frame" in told else []) + list(told.get("frames", []))
    for rule in rules:
        cells = [
            f"{code(column)}: {places(cell)}" for column, cell in rule.get("columns", {}).items()
        ]
        if "tell" in rule:
            cells.append(f"`detail` tells {codes(rule['tell'])}")
        cells += [f"left out: {condition(each)}" for each in rule.get("skip", [])]
        if "same" in rule:
            cells.append(
                f"told once, with its first time, where it is the same in {codes(rule['same'])}"
            )
        if "changed" in rule:
            cells.append(
                f"a row for each change of {codes(rule['changed'])}, with when it was seen"
            )
        if "placeholder" in told:
            cells.append(f"a placeholder, never shown: {condition(told['placeholder'])}")
        if told.get("newest_only"):
            cells.append("of a longer list the newest rows alone")
        rank = f", rank {rule['rank']}" if "rank" in rule else ""
        yield (
            code(name),
            f"[{code(rule['frame'])}](../frames.md#{rule['frame']}){rank}",
            codes(as_list(rule["rows"])) if "rows" in rule else "the answer itself",
            "<br>".join(cells),
        )
