"""Writes what was guessed as the TOML of a dialect, to be edited by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from data_sources.dialects.place import LOOSE_COLUMNS, NUMBER_COLUMNS, WORD_COLUMNS
from data_sources.guessing.choice import Choice
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.choose_columns import FILLS
from data_sources.guessing.choose_equity import KIND as EQUITY
from data_sources.guessing.choose_equity import equity_frame, equity_rule
from data_sources.guessing.choose_level import level_rule
from data_sources.guessing.choose_trades import KIND as CLOSED
from data_sources.guessing.choose_trades import Trades
from data_sources.guessing.order_words import WORDS, also_usual, closes
from data_sources.guessing.quoted import listed, quoted
from data_sources.guessing.write_trades import trade_frame, trade_rule

_ORDER: Final = (*LOOSE_COLUMNS[:2], *WORD_COLUMNS[2:], *LOOSE_COLUMNS[3:], "text")


def toml_of(
    name: str,
    heading: Sequence[str],
    times: Sequence[Choice],
    codes: Codes,
    columns: dict[str, Choice],
    *,
    with_details: bool,
    told_by: str,
    fills_repeat: bool,
    fills_are_parts: bool,
    trades: Trades,
    equity: dict[str, Choice],
    level: Choice | None,
) -> str:
    """The text of a dialect file.

    Args:
        name: of the dialect.
        heading: what is said at the top, line by line.
        times: the keys of the time.
        codes: the keys of the event's name, and what its words mean.
        columns: meaning → key.
        with_details: whether records have an object called `details`.
        told_by: the path that a line must have to tell of an order, "" when nothing is sure.
        fills_repeat: whether fills repeat the quantity of their order.
        fills_are_parts: whether each execution is called a fill.
        trades: the keys of closed trades.
        equity: the keys of what an account is worth.
        level: the key of how bad a line is.
    """
    rows = [*(f"# {line}".rstrip() for line in heading), ""]
    rows += [f"name = {quoted(name)}", 'title = "Guessed from lines"', "", "[record]"]
    for key, choices in (("time", times), ("code", codes.choices)):
        rows += [f"# {each.path}: sure {each.sure_ratio:.0%}; {each.why}" for each in choices]
        # A list must not be empty: where nothing was found stands a name that nothing has.
        rows.append(f"{key} = {listed([each.path for each in choices] or ['nothing_was_found'])}")
    rows += ['details = ["details", "@record"]' if with_details else 'details = ["@record"]', ""]
    rows += [f"# {line}" for line in codes.why]
    rows += [*_rules(codes, told_by), *trade_rule(trades), *level_rule(level)]
    rows += equity_rule(equity)
    others = {
        "price": _of_kinds((CLOSED, trades.keys.get("exit_price"))),
        "value": _of_kinds((CLOSED, trades.keys.get("pnl")), (EQUITY, equity.get(EQUITY))),
    }
    for column in _ORDER:
        rows += _column(column, columns, fills_repeat, others.get(column, ()))
    rows += trade_frame(trades, columns["symbol"].path if "symbol" in columns else "")
    rows += [*equity_frame(equity), *_defaults(columns, codes)]
    if fills_are_parts:
        rows += ["", "# Some orders have several fills: they are filled when these add up to them."]
        rows += ["[orders]", "fills_are_parts = true"]
    return "\n".join(rows).rstrip() + "\n"


def _of_kinds(*found: tuple[str, Choice | None]) -> list[tuple[str, Choice]]:
    """The places of a column that count on lines of one kind alone, those that were found."""
    return [(kind, choice) for kind, choice in found if choice is not None]


def _rules(codes: Codes, told_by: str) -> Iterator[str]:
    """One rule a kind; what was not seen but would be called alike stands after what was."""
    alike = also_usual(codes.kinds)
    for kind in dict.fromkeys([*codes.kinds.values(), *alike.values()]):
        seen = [code for code, meant in codes.kinds.items() if meant == kind]
        usual = [code for code, meant in alike.items() if meant == kind]
        words = [code for code in dict.fromkeys([*seen, *usual]) if not re.search(r"\*|^@", code)]
        if not words:
            continue
        told = ", ".join(f"{json.dumps(code)} {codes.counts[code]}x" for code in seen)
        only = f", {quoted(told_by)} = '@present'" if told_by and kind in WORDS else ""
        yield "[[rules]]"
        yield f"# seen: {told or 'nothing yet'}"
        yield f"when = {{ code = {listed(words)}{only} }}"
        yield f"then = {{ kind = {quoted(kind)} }}"
        yield ""


def _column(
    column: str,
    columns: dict[str, Choice],
    fills_repeat: bool,
    others: Sequence[tuple[str, Choice]],
) -> Iterator[str]:
    own = columns.get(column)
    fill = columns.get(f"fill_{column}")
    done = (
        columns.get("done_quantity")
        if column == "value" and "fill_quantity" not in columns
        else None
    )
    both = [each for each in (fill, own, done, *(choice for _, choice in others)) if each]
    if not both:
        return
    mark = ""
    if column == "latency_seconds" and own is not None and not own.unit:
        mark = "# "
        yield "# The unit is not known: without it nothing is taken. Say it by the scale that makes"
        yield "# seconds (0.001 for milliseconds) and take away the # signs."
    if done is not None:
        yield "# What is filled so far; a fill without a quantity of its own is what it grew by."
    yield f"{mark}[columns.{column}]"
    yield from (f"# {each.path}: sure {each.sure_ratio:.0%}; {each.why}" for each in both)
    kinds = listed(FILLS)
    places = []
    here = f"{{ kind = {kinds} }}"
    for kind, other in others:
        when = f"{{ kind = {quoted(kind)} }}"
        places.append(f"{{ path = {quoted(other.path)}, when = {when} }}")
    for told in (fill, done):
        paths = () if told is None else (told.path, *told.also)
        places += [f"{{ path = {quoted(path)}, when = {here} }}" for path in paths]
    paths = () if own is None else (own.path, *own.also)
    if column == "quantity" and fills_repeat:
        places += [f"{{ path = {quoted(path)}, unless = {here} }}" for path in paths]
    else:
        places += map(quoted, paths)
    yield f"{mark}from = [{', '.join(places)}]"
    if column == "side":
        is_fix = own is not None and own.unit == "FIX"
        yield 'map = { 1 = "buy", 2 = "sell" }' if is_fix else 'as = "side"'
    elif column == "position_effect":
        yield 'as = "lower"'
    elif column == "price":
        yield 'as = "nonzero"'
    elif column in NUMBER_COLUMNS and own is not None and (mark or own.scale != 1.0):
        yield f"{mark}scale = {own.scale!r}"
    yield ""


def _defaults(columns: dict[str, Choice], codes: Codes) -> Iterator[str]:
    if not set(codes.kinds.values()) & set(WORDS):
        return
    reduces = columns.get("reduce_only")
    if reduces is not None:
        yield "[[defaults]]"
        yield f'when = {{ kind = "order.*", {quoted(reduces.path)} = true }}'
        yield 'then = { position_effect = "close" }'
        yield ""
    closing = [code for code, kind in codes.kinds.items() if kind in WORDS and closes(code)]
    if closing:
        yield "[[defaults]]"
        yield f"when = {{ code = {listed(closing)} }}"
        yield 'then = { position_effect = "close" }'
        yield ""
    yield "[[defaults]]"
    yield 'when = { kind = "order.*" }'
    yield 'then = { position_effect = "open" }'
