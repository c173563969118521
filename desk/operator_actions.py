"""Alerts that an operator acknowledged or put to sleep say so in their `state`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from data_sources.frames import FRAMES
from desk.origin import Origin

ALERTS: Final = "alerts"
_BY: Final = {
    "alert_acks": ("dedupe_key", "acknowledged"),
    "alert_snoozes": ("rule_id", "snoozed"),
}
"""Frame of actions → what of an alert it names, and the state of such an alert."""


def with_actions(
    alerts: pd.DataFrame,
    states: Mapping[str, pd.DataFrame],
    origins: Sequence[Origin],
    at: pd.Timestamp,
) -> pd.DataFrame:
    """Return alerts with the state that an operator's actions give them at a moment.

    An action holds from its time until it expires, for alerts of its own system and account. An
    acknowledgement does not silence what is critical, as in the system itself; a snoozed rule is
    silent altogether.

    Args:
        alerts: the frame `alerts`.
        states: the frames of polled sources at that moment.
        origins: the sources. Where one of two names no account they are of one while only one
            source of the system tells of actions.
        at: the moment, UTC.
    """
    told = {name: _held(states[name], at) for name in _BY if name in states}
    if alerts.empty or all(actions.empty for actions in told.values()):
        return alerts
    state = alerts["state"].astype("object")
    for name, actions in told.items():
        column, word = _BY[name]
        for teller, own in actions.groupby("source", observed=True):
            named = alerts[column].isin(own[column].dropna()) & _of(str(teller), alerts, origins)
            if word == "acknowledged":
                named &= alerts["severity"] != "critical"
            state = state.mask(named, word)
    return alerts.assign(state=pd.Series(state, dtype=FRAMES[ALERTS]["state"]))


def _held(actions: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    begun = actions["ts_event"].isna() | (actions["ts_event"] <= at)
    return actions[begun & (actions["ts_expires"].isna() | (actions["ts_expires"] > at))]


def _of(teller: str, alerts: pd.DataFrame, origins: Sequence[Origin]) -> pd.Series[bool]:
    """Return which alerts are of the system and account of a source of actions."""
    known = {origin.name: origin for origin in origins}
    system = known[teller].dialect
    account = known[teller].account_id or None
    of_system = [name for name, origin in known.items() if origin.dialect == system]
    named = {name: known[name].account_id for name in of_system if known[name].account_id}
    accounts = alerts["account_id"].fillna(alerts["source"].astype("object").map(named))
    same = accounts.isna() if account is None else accounts == account
    told_as = getattr(known[teller].source, "told_as", None)
    tellers = [n for n in of_system if getattr(known[n].source, "told_as", None) == told_as]
    if len(tellers) == 1:
        same |= pd.Series(account is None, alerts.index) | accounts.isna()
    return alerts["source"].isin(of_system) & same
