"""What events tell of their orders in words of their own system, for the ledger."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from data_sources.dialects.dialect import Dialect, built_in
from data_sources.dialects.event_frames import order_terms_of
from desk.dialect import dialect_of, loaded
from desk.origin import Origin


def terms_told(events: pd.DataFrame, origins: Iterable[Origin]) -> pd.DataFrame | None:
    """Return stop loss, take profit and mode as the events' own dialects find them.

    Args:
        events: of one source or of several.
        origins: among which theirs are.

    Returns:
        As `order_terms_of` does, for all events; None where none tells any.
    """
    found = []
    sources = events["source"]
    for origin in origins:
        if origin.name not in sources.cat.categories:
            continue
        places = np.flatnonzero(sources == origin.name)
        mine = events if len(places) == len(events) else events.iloc[places]
        dialect = dialect_of(origin) or _told_by(mine)
        terms = None if dialect is None else order_terms_of(mine, dialect)
        if terms is not None:
            found.append(terms.set_axis(places[terms.index]))
    return pd.concat(found) if found else None


def remembered(events: pd.DataFrame, origins: Iterable[Origin]) -> pd.DataFrame:
    """Return kept events of one source with what their dialect says of all its orders.

    Fresh events carry it already; a history file holds columns alone.
    """
    sources = set(events["source"].unique())
    for origin in origins:
        if origin.name in sources:
            dialect = dialect_of(origin) or _told_by(events)
            if dialect is not None:
                events.attrs.update(dialect.orders.attrs)
    return events


def _told_by(events: pd.DataFrame) -> Dialect | None:
    """Return the dialect that events name: after a restart their source has guessed none yet."""
    systems = events["system"].unique()
    known = built_in()
    return next((loaded(system) for system in systems if system in known), None)
