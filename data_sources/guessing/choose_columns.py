"""Which keys hold the ids, words and numbers of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from data_sources.guessing.choice import Choice, first, is_number, is_text, is_word
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.choose_ids import ids_of
from data_sources.guessing.keys import Key
from data_sources.lines.transforms import number, side

_FIX_SIDES: Final = {"1", "2"}
_SIDES: Final = {"buy", "sell"}
FILLS: Final = ("order.filled", "order.partially_filled")


def columns_of(keys: Sequence[Key], codes: Codes, taken: set[str]) -> dict[str, Choice]:
    """The keys of all columns but time, code and latency, by what they mean."""
    found = ids_of(keys, codes, taken)
    found |= _side(keys, taken)
    for role, fits, what in (
        ("symbol", _is_symbol, "words"),
        ("position_effect", lambda v: str(v).lower() in ("open", "close"), "open or close"),
        ("fill_quantity", is_number, "numbers"),
        ("done_quantity", is_number, "numbers"),
        ("quantity", is_number, "numbers"),
        ("fill_price", is_number, "numbers"),
        ("price", is_number, "numbers"),
        ("confidence_ratio", lambda v: 0 <= number(v) <= 1, "numbers from 0 to 1"),
        ("reduce_only", lambda v: isinstance(v, bool), "true or false"),
        ("venue", is_word, "words"),
        ("strategy_id", is_word, "words"),
        ("currency", is_word, "words"),
        ("reason", is_text, "texts"),
        ("text", is_text, "texts"),
    ):
        choice = first(keys, role, fits, taken, what)
        if choice is not None:
            found[role] = choice
    return found


def _is_symbol(value: Any) -> bool:
    """A word, or the digits by which some exchanges call a share: Toyota is `7203`."""
    return is_word(value) or (isinstance(value, str) and value.isdigit() and len(value) <= 6)


def _side(keys: Sequence[Key], taken: set[str]) -> dict[str, Choice]:
    words = first(keys, "side", lambda v: side(str(v)) in _SIDES, taken, "buy or sell")
    if words is not None:
        return {"side": words}
    fix = first(
        keys, "side", lambda v: str(v) in _FIX_SIDES, taken, "1 (buy) or 2 (sell), as in FIX"
    )
    return {} if fix is None else {"side": replace(fix, unit="FIX")}


def fills_of(
    keys: Sequence[Key], path: str, ordered: str, client_id: str, codes: Codes
) -> list[tuple[float, list[float]]]:
    """For each order with several fills: what was submitted, and what stands at *path* in them."""
    by_path = {key.path: key.values for key in keys}
    amounts, sizes, ids = by_path[path], by_path[ordered], by_path[client_id]
    submitted: dict[Any, float] = {}
    filled: dict[Any, list[float]] = {}
    for line in codes.order_lines:
        if line not in ids:
            continue
        if codes.kind_at(line) == "order.submitted" and line in sizes:
            submitted[ids[line]] = number(sizes[line])
        elif codes.kind_at(line) in FILLS and line in amounts:
            filled.setdefault(ids[line], []).append(number(amounts[line]))
    return [(submitted[o], p) for o, p in filled.items() if o in submitted and len(p) > 1]


def settle_fills(keys: Sequence[Key], codes: Codes, columns: dict[str, Choice]) -> bool:
    """Find out whose quantities fills tell.

    What is called filled may be of one fill or of all so far: where several fills of an order add
    up to what was submitted, each tells its own, and *columns* is changed to say so.

    Returns:
        Whether `quantity` in a fill is that of the order, or may be, so that it must not be taken.
    """
    fills = {line for line in codes.order_lines if codes.kind_at(line) in FILLS}
    done = columns.get("done_quantity")
    if done is not None and fills and not fills & _lines(keys, done):
        del columns["done_quantity"]  # what other lines tell of it says nothing of a fill
    ids, own, done = (columns.get(r) for r in ("client_order_id", "quantity", "done_quantity"))
    if own is None or "fill_quantity" in columns:
        return own is not None
    if done is not None and ids is not None:
        several = fills_of(keys, done.path, own.path, ids.path, codes)
        if several and all(math.isclose(sum(parts), whole) for whole, parts in several):
            columns["fill_quantity"] = columns.pop("done_quantity")
    if done is not None:
        return True
    if ids is None:  # what a part holds cannot be told from what was ordered
        return "order.partially_filled" in codes.kinds.values()
    several = fills_of(keys, own.path, own.path, ids.path, codes)
    return any(sum(parts) > 1.000001 * whole for whole, parts in several)


def _lines(keys: Sequence[Key], choice: Choice) -> set[int]:
    """The lines in which any key of a choice stands."""
    return {line for key in keys if key.path in (choice.path, *choice.also) for line in key.values}


def in_parts(keys: Sequence[Key], codes: Codes, columns: dict[str, Choice]) -> bool:
    """Whether each execution is called a fill: a part has no word, and an order has several."""
    told_by = columns.get("client_order_id")
    if told_by is None or "order.partially_filled" in codes.kinds.values():
        return False
    ids = next(key.values for key in keys if key.path == told_by.path)
    fills = [line for line in codes.order_lines if codes.kind_at(line) in FILLS and line in ids]
    return len({ids[line] for line in fills}) < len(fills)
