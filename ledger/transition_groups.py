"""The group that a transition of an order is counted in."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.codes import MISSING, WHAT, Groups
from ledger.order import CLOSE_EFFECT, Session
from ledger.order_changes import Moved

Dimensions = tuple[int, int, int, int, int]
"""Account, symbol, side, effect, route."""


class TransitionGroups(dict[Moved, int]):
    """Groups by how a transition is counted; one that is missing is made when it is looked up.

    Args:
        groups: of the ledger.
        dimensions: numbers of the dimensions that orders have, in the order they came up.
        sessions: by their numbers.
    """

    def __init__(
        self, groups: Groups, dimensions: dict[Dimensions, int], sessions: Sequence[Session]
    ) -> None:
        super().__init__()
        self._groups, self._numbers, self._sessions = groups, dimensions, sessions
        self._dimensions: list[Dimensions] = []

    def __missing__(self, moved: Moved) -> int:
        self[moved] = group = self._make(*moved)
        return group

    def _make(self, what: str, number: int, reason: int, session_number: int) -> int:
        code = self._groups.codes["what"].code(what)
        if number < 0:
            row = self._groups.rows[reason]
            return self._groups.number((*row[:WHAT], code, *row[WHAT + 1 :]))
        session = self._sessions[session_number]
        if len(self._dimensions) <= number:
            self._dimensions = list(self._numbers)
        account, symbol, side, effect, route = self._dimensions[number]
        word = "close" if effect == CLOSE_EFFECT else "open"
        effect = self._groups.codes["position_effect"].code(word)
        place = (session.source, account, session.session_id, code, MISSING)
        return self._groups.number((*place, symbol, side, effect, route, MISSING, reason))
