"""Sources and accounts that a program asks for, and that the desk does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web.desk_protocol import Desk
from web.filters import FilterError


def unknown_names(desk: Desk, asked: Mapping[str, str | None]) -> list[FilterError]:
    """A refusal for each name that nobody bears: rows of nobody would look like a quiet bot.

    Args:
        desk: whose sources and accounts are the ones there are.
        asked: `source` and `account` where they are asked for; None or empty asks for all.
    """
    known: dict[str, Callable[[], set[str]]] = {
        "source": lambda: {str(row["name"]) for row in desk.sources()},
        "account": lambda: _accounts(desk),
    }
    refused = []
    for parameter, names_of in known.items():
        name = asked.get(parameter)
        if name and name not in (names := names_of()):
            allowed = ", ".join(sorted(names)) or f"none: no {parameter} yet"
            refused.append(FilterError(parameter, name, allowed))
    return refused


def _accounts(desk: Desk) -> set[str]:
    """Accounts that logs name, and those that are listed though no log names them."""
    if "accounts" not in desk.frames():
        return set(desk.accounts())
    return set(desk.accounts()) | set(desk.frame("accounts", limit=10_000)["account_id"].dropna())
