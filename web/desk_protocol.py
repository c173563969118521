"""What the web needs of a desk: the one in this process, or one held elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pandas as pd

from data_sources.dialects.limit_rules import LimitRule


class View(Protocol):
    """One immutable picture of the desk at a version; pages read much more of it."""

    version: int
    at: pd.Timestamp
    newest: pd.Timestamp | None


class Desk(Protocol):
    """The desk as seams of the web: pictures, frames, sources, and a call at each change."""

    name: str
    environment: str
    demo: bool
    version: int

    def view(
        self,
        window_seconds: float | None = 300.0,
        at: pd.Timestamp | str | None = None,
        source: str | None = None,
        account: str | None = None,
        symbol: str | None = None,
    ) -> Any:
        """The picture now, at a moment or at the newest event ("last"); the same for a version."""

    def sources(self) -> list[dict[str, Any]]:
        """The rows of `/api/sources`."""

    def accounts(self) -> list[str]:
        """The accounts that sources or their events name."""

    def risk_rules(self) -> dict[tuple[str | None, str | None], Mapping[str, LimitRule]]:
        """(source, account) → what the system of the account allows, by name."""

    def flat_accounts(self, at: pd.Timestamp | None = None) -> set[tuple[str | None, str | None]]:
        """(source, account) of which the source said at a moment, or now, that nothing is held."""

    def frames(self) -> list[str]:
        """The names of the frames that exist."""

    def frame(
        self,
        name: str,
        limit: int = 1000,
        since: pd.Timestamp | None = None,
        until: pd.Timestamp | None = None,
        account: str | None = None,
        source: str | None = None,
        symbol: str | None = None,
        session: str | None = None,
    ) -> pd.DataFrame:
        """The newest rows of a frame, ascending; KeyError when there is no such frame."""

    def quarantine(self, limit: int = 200, source: str | None = None) -> list[dict[str, Any]]:
        """The last lines set aside, of all sources or of one."""

    def raw_line(
        self, raw_generation: str, raw_offset: int, source: str | None = None
    ) -> str | None:
        """The line an event came from, or None when it is gone."""

    def not_ready(self) -> list[str]:
        """Why the desk is not ready yet; empty when it is."""

    def not_kept(self) -> str | None:
        """Why what is new is not kept in the state folder; None when it is."""

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with the version at each change; gives the call that ends it."""

    def notices(self) -> list[str]:
        """What the desk wants every viewer to know (a state file set aside, for one)."""
