"""Whose rules hold for which account: those of the system that trades it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from data_sources.dialects.dialect import built_in
from data_sources.dialects.limit_rules import AnyLimit
from desk.dialect import dialect_of, loaded
from desk.origin import Origin
from ledger import Ledger
from ledger.codes import DIMENSIONS, SOURCE

Rules = Mapping[str, AnyLimit]
Owner = tuple[str | None, str | None]

ACCOUNT = DIMENSIONS.index("account_id")


def risk_rules(origins: Iterable[Origin], ledger: Ledger) -> dict[Owner, Rules]:
    """Return (source, account) → what its system allows.

    (source, None) holds for all accounts of a source that speaks the system's dialect; (None,
    account) for an account that such a source names, whoever else tells of it, as its broker
    does. An account that systems with different rules name has none of them.
    """
    found: dict[Owner, Rules] = {}
    named: dict[str, list[Rules]] = {}
    for origin in origins:
        rules = _rules_of(origin)
        if not rules:
            continue
        found[origin.name, None] = rules
        for account in _accounts_of(origin, ledger):
            named.setdefault(account, []).append(rules)
    for account, told in named.items():
        if all(rules == told[0] for rules in told):
            found[None, account] = told[0]
    return found


def flat_accounts(origins: Iterable[Origin], at_ns: int | None = None) -> Iterator[Owner]:
    """Yield (source, account) of which a source said, all parts heard, that nothing is held.

    That is what it said by a moment (None = now), by the journal of its states.
    """
    for origin in origins:
        positions = origin.states.at(at_ns).get("positions")
        if positions is None or len(positions) or "positions" not in origin.whole_at(at_ns):
            continue
        named = _listed(origin, at_ns) or [origin.account_id or ""]
        yield from ((origin.name, account or None) for account in named)


def _rules_of(origin: Origin) -> Rules:
    system = getattr(origin.source, "system", "")
    dialect = loaded(system) if system else dialect_of(origin)
    if dialect is None:
        return {}
    # A system says what it allows in one of its dialects, not again in that of its streams.
    whole, _, part = dialect.name.rpartition("_")
    is_part = not dialect.limits and bool(part) and {whole, dialect.name} <= set(built_in())
    return loaded(whole).limits if is_part else dialect.limits


def _accounts_of(origin: Origin, ledger: Ledger) -> Iterator[str]:
    """Yield the accounts that a source is of: configured, listed, or named by its events."""
    if origin.account_id:
        yield origin.account_id
    yield from _listed(origin)
    with ledger.guard:
        source = ledger.groups.codes["source"].find(origin.name)
        if source is None:
            return
        groups = ledger.groups.table()
        codes = np.unique(groups[groups[:, SOURCE] == source, ACCOUNT])
        words = [ledger.groups.codes["account_id"].word(code) for code in codes.tolist()]
    yield from filter(None, words)


def _listed(origin: Origin, at_ns: int | None = None) -> list[str]:
    """Return the accounts that a source lists, or listed by a moment."""
    listed = origin.states.at(at_ns).get("accounts")
    return [] if listed is None else [str(each) for each in listed["account_id"].dropna()]
