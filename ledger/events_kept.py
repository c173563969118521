"""How many lines are kept to be told again: so many of all sessions together."""

from __future__ import annotations

from typing import Final

from ledger.elsewhere import Elsewhere
from ledger.order import Session

MOST_EVENTS: Final = 300_000
"""Of all sessions, beside the last few of each; about 250 bytes a line."""
LEFT_EVENTS: Final = (1_000, 20)
"""Of a session that has been silent for longer than others: first so many, then so few."""
_BETWEEN: Final = 10_000


class EventsKept:
    """Trims the sessions that have been silent the longest: few late lines still come to them."""

    def __init__(
        self, elsewhere: Elsewhere, *, most: int = MOST_EVENTS, left: tuple[int, ...] = LEFT_EVENTS
    ) -> None:
        self._elsewhere = elsewhere
        self._most, self._left = most, left
        self._in_turn: dict[Session, None] = {}
        """All sessions, the one that was told last at the end."""
        self._told = 0

    def note(self, session: Session, events: int) -> None:
        """Note that a session told some lines."""
        self._in_turn.pop(session, None)
        self._in_turn[session] = None
        self._told += events

    def trim(self) -> None:
        """Let the oldest lines go where there are too many; to be called when all is told."""
        if self._told < min(_BETWEEN, self._most):
            return
        self._told = 0
        held = sum(len(session.events) for session in self._in_turn)
        for left in self._left:
            for session in list(self._in_turn)[:-1]:
                if held <= self._most:
                    return
                gone = session.let_go(left)
                held -= gone
                if gone:
                    self._elsewhere.forget(session)
