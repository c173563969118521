"""Closed trades that a log and a stream of one bot both tell: one row of `trades`, not two."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from desk.dialect import dialect_of
from desk.disagreements import accounts_of
from desk.origin import Origin
from desk.stream_claims import UNNAMED

SAME: Final = ("symbol", "entry_price", "exit_price", "pnl_ratio")
"""What two tellings of one trade agree in, to the last digit."""


def told_once(trades: pd.DataFrame, origins: Sequence[Origin]) -> pd.DataFrame:
    """Return trades without those that another source of the same account tells as well.

    Only where the dialects of both sources say within how many seconds two tellings of one trade
    lie (`within_seconds`), and where symbol, both prices and the ratio are told and equal, and no
    side contradicts. Each row of a source stands for one of another at most: what both tell twice
    was traded twice. The row that tells money stays, else the one that is told of first.

    Args:
        trades: the frame `trades` of several sources.
        origins: the sources. Those of one system that name no account are of the only one that
            others of it name, or of one that nobody names: a log, a stream and its saved entries.
            Where two of them are of one kind, or others name several accounts, nobody knows.
    """
    if "source" not in trades or trades["source"].nunique() < 2:
        return trades
    windows = _windows(origins)
    accounts = _accounts([origin for origin in origins if origin.name in windows], origins)
    own = trades[trades["source"].isin(list(accounts))].dropna(subset=[*SAME, "ts_closed"])
    if own["source"].nunique() < 2:
        return trades
    account = own["account_id"].fillna(own["source"].map(accounts)).rename("account")
    keys = [account, *(own[name] for name in SAME)]
    several = own[own.groupby(keys, observed=True)["source"].transform("nunique") > 1]
    again: list[Hashable] = []
    for _, rows in several.groupby([each.loc[several.index] for each in keys], observed=True):
        again += _again(rows.sort_values("ts_closed", kind="stable"), windows)
    return trades.drop(index=again).reset_index(drop=True) if again else trades


def _accounts(tellers: Sequence[Origin], origins: Sequence[Origin]) -> dict[str, str]:
    """Return source → its account, of those *tellers* of which that is known."""
    told = accounts_of(origins)
    found, silent = dict[str, str](), dict[str, str]()
    named: dict[str, set[str]] = {}
    for origin in tellers:
        dialect = dialect_of(origin)
        saved = None if dialect is None else dialect.saved
        # Saved entries of streams have a dialect of their own, and are their system's all the same.
        system = origin.dialect if saved is None else saved.shape.system
        if origin.account_id:
            found[origin.name] = origin.account_id
            named.setdefault(system, set()).add(origin.account_id)
        elif origin.name in told:
            silent[origin.name] = system
    for name, system in silent.items():
        accounts = named.get(system, {UNNAMED + system})
        if len(accounts) == 1:
            (found[name],) = accounts
    return found


def _windows(origins: Sequence[Origin]) -> dict[str, float]:
    """Return source → within how many seconds another may tell the same trade."""
    found = {}
    for origin in origins:
        dialect = None if origin.is_state else dialect_of(origin)
        rules = dialect.frames.get("trades", ()) if dialect is not None else ()
        told = [rule.within for rule in rules if rule.within is not None]
        if told:
            found[origin.name] = min(told)
    return found


def _again(rows: pd.DataFrame, windows: Mapping[str, float]) -> Iterator[Hashable]:
    """Yield the labels of rows that tell what another row of these tells."""
    held: list[dict[str, Any]] = []
    for label, told in zip(rows.index, rows.to_dict("records"), strict=True):
        row = {str(name): cell for name, cell in told.items()}
        twin = next((each for each in held if _is_same(each, row, windows)), None)
        if twin is None:
            held.append({**row, "label": label, "tellers": {row["source"]}})
            continue
        twin["tellers"].add(row["source"])
        if pd.isna(twin["pnl"]) and not pd.isna(row["pnl"]):
            label, twin["label"], twin["pnl"] = twin["label"], label, row["pnl"]
        yield label


def _is_same(held: Mapping[str, Any], row: Mapping[str, Any], windows: Mapping[str, float]) -> bool:
    if row["source"] in held["tellers"]:
        return False
    sides = {each["position_side"] for each in (held, row) if not pd.isna(each["position_side"])}
    apart = abs((row["ts_closed"] - held["ts_closed"]).total_seconds())
    return len(sides) < 2 and apart <= min(windows[row["source"]], windows[held["source"]])
