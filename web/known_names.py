"""Sources and accounts that a program asks for, and that the desk does not know."""

from __future__ import annotations

from collections.abc import Mapping

from web.desk_protocol import Desk
from web.filters import FilterError

MOST_ACCOUNTS = 10_000
MOST_NAMED = 20


def unknown_names(desk: Desk, asked: Mapping[str, str | None]) -> list[FilterError]:
    """A refusal for each name that nobody bears: rows of nobody would look like a quiet bot.

    Args:
        desk: whose sources and accounts are the ones there are.
        asked: `source` and `account` where they are asked for; None or empty asks for all.
    """
    refused = []
    source, account = asked.get("source"), asked.get("account")
    if source and source not in (names := {str(row["name"]) for row in desk.sources()}):
        refused.append(_refusal("source", source, names))
    # The frame is looked at last: most accounts are named by a log.
    if account and account not in desk.accounts():
        names = set(desk.accounts()) | _listed(desk)
        if account not in names:
            refused.append(_refusal("account", account, names))
    return refused


def _listed(desk: Desk) -> set[str]:
    """Accounts that are listed, whether a log names them or not."""
    if "accounts" not in desk.frames():
        return set()
    return set(desk.frame("accounts", limit=MOST_ACCOUNTS)["account_id"].dropna())


def _refusal(parameter: str, name: str, names: set[str]) -> FilterError:
    named = ", ".join(sorted(names)[:MOST_NAMED]) or f"none: no {parameter} yet"
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return FilterError(parameter, name, named + more)
