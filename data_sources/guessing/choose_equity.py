"""Which key tells what an account is worth, in lines that say nothing else that is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data_sources.guessing.choice import Choice, first, is_number
from data_sources.guessing.choose_code import Codes
from data_sources.guessing.keys import Key
from data_sources.guessing.quoted import listed, quoted

KIND = "equity"
_COLUMNS = ("equity", "cash", "buying_power")


def equity_of(keys: Sequence[Key], codes: Codes, taken: set[str]) -> dict[str, Choice]:
    """The keys of `equity`, and of `cash` and `buying_power` beside it; empty where there is none.

    Args:
        keys: of the sample.
        codes: what the lines tell; an order that says what the account was worth stays an order.
        taken: gets the paths of what was found.
    """
    own = [key for key in keys if key.of_line]
    worth = first(own, KIND, is_number, taken, "numbers")
    if worth is None:
        return {}
    lines = {line for key in own if key.path == worth.path for line in key.values}
    if not any(codes.kind_at(line) is None for line in lines):
        taken.discard(worth.path)
        return {}
    beside = (first(own, role, is_number, taken, "numbers") for role in _COLUMNS[1:])
    return {choice.role: choice for choice in (worth, *beside) if choice is not None}


def equity_rule(found: dict[str, Choice]) -> Iterator[str]:
    """The rule in TOML that makes lines points of equity; it stands after all others."""
    if found:
        yield "[[rules]]"
        yield f"when = {{ {quoted(found[KIND].path)} = '@present' }}"
        yield f"then = {{ kind = {quoted(KIND)} }}"
        yield ""


def equity_frame(found: dict[str, Choice]) -> Iterator[str]:
    """Their frame in TOML."""
    if found:
        yield from ("[frames.equity]", f"when = {{ kind = {quoted(KIND)} }}", "")
        yield "[frames.equity.columns]"
        for role in _COLUMNS:
            if role in found:
                yield f"{role} = {listed([found[role].path, *found[role].also])}"
        yield ""
