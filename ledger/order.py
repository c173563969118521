"""What is held in memory of an order without an end, and of the session that tells of it."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.order_table import NEVER

if TYPE_CHECKING:
    from ledger.known_ids import KnownIds
    from ledger.strays import Stray

NAN: Final = float("nan")
OPEN_EFFECT: Final = 0
CLOSE_EFFECT: Final = 1
FAR: Final = 2**63 - 1
"""A time after all others."""
TWIN_DENIAL_NS: Final = 1_000_000
"""A failed order is written to the file of denials too: so far apart at most, either first."""
TWINS_WAITING: Final = 64


@dataclass(slots=True)
class Facts:
    """What all events of one group have in common; words are codes, -1 is missing."""

    group: int
    kind: int
    effect: int
    account_id: int
    symbol: int
    side: int
    route: int
    reason: int
    acknowledges: bool
    twin: bool
    repeats: bool
    """Whether a line of the file of denials says that it repeats a failure, if there is one."""


Terms = tuple[float, float, int]
"""Stop loss price, take profit price (NaN where not told) and the code of the mode, -1 likewise."""

Told = tuple[int, Facts, str | None, str | None, float, float, int, int, int, float, Terms | None]
"""One event as the order lives need it; a plain tuple, because there is one for each line.

ts, facts, client order id, venue order id, quantity, price, strategy, generation, raw offset, and
a value: what is filled so far where a fill tells the running total instead of its own quantity, or
how many seconds an order may live where its submit tells that; at last the terms it tells.
"""
TS: Final = 0
FACTS: Final = 1
GENERATION: Final = 7
RAW_OFFSET: Final = 8


class Order:
    """An order while it lives; what was not told yet is NEVER, NAN, None or -1."""

    __slots__ = (
        *("row", "session", "created", "effect", "account_id", "symbol", "side", "strategy_id"),
        *("generation", "raw_offset", "submitted", "accepted", "answered", "first_partial"),
        *(
            "first_fill",
            "named",
            "venue_named",
            "ended",
            "client_order_id",
            "venue_order_id",
            "route",
        ),
        *("reason", "quantity", "limit_price", "filled_quantity", "filled_value"),
        *("ttl_seconds", "stop_loss_price", "take_profit_price", "mode", "dimensions", "end"),
    )

    def __init__(self, row: int, session: Session, told: Told) -> None:
        facts = told[1]
        self.row = row
        self.session = session
        self.created: int = told[0]
        self.effect = facts.effect
        self.account_id = facts.account_id
        self.symbol = facts.symbol
        self.side = facts.side
        self.strategy_id = told[6]
        self.generation = told[7]
        self.raw_offset = told[8]
        self.submitted = self.accepted = self.first_partial = self.first_fill = NEVER
        self.answered = NEVER
        """When a line of its own acknowledged it; the submit of some systems says that it is."""
        self.named = self.venue_named = self.ended = NEVER
        self.client_order_id: str | None = None
        self.venue_order_id: str | None = None
        self.route = self.reason = self.mode = -1
        self.quantity = self.limit_price = self.filled_quantity = self.filled_value = NAN
        self.ttl_seconds = self.stop_loss_price = self.take_profit_price = NAN
        self.dimensions = -1
        """Number of (account, symbol, side, effect, route); -1 until the first transition."""
        self.end = ""
        """How it ended: filled, canceled …; empty while it has not."""

    @property
    def queued(self) -> int:
        """Since when it waits where it waits now: for an answer, or at the venue for its end."""
        return self.submitted if self.accepted == NEVER else self.accepted

    @property
    def is_whole(self) -> bool:
        """Whether all that was ordered is filled; False where either is not known."""
        return self.filled_quantity >= self.quantity * (1 - 1e-9)  # sums of parts are a bit off


Queue = OrderedDict[Order, None]
Entry = Order | int
"""An order, or the row of one that has ended."""


@dataclass(slots=True)
class SourceIds:
    """The ids that the sessions of one source told of, theirs and the venue's."""

    client: KnownIds
    venue: KnownIds

    def named_by(self, event: Told) -> tuple[tuple[KnownIds, str | None], ...]:
        """Return the ids that an event names, with whom each is known by."""
        return (self.client, event[2]), (self.venue, event[3])


class Session:
    """What is remembered of one (source, session) to match its next event.

    `ids` are shared with the other sessions of the source; `word` is the session's own name.
    """

    def __init__(
        self, source: int, session_id: int, number: int, ids: SourceIds, word: str = ""
    ) -> None:
        self.source = source
        self.session_id = session_id
        self.number = number
        self.ids = ids
        self.word = word
        self.in_flight: tuple[Queue, Queue] = (OrderedDict(), OrderedDict())
        self.resting: tuple[Queue, Queue] = (OrderedDict(), OrderedDict())
        self.first = FAR
        """Time of the first line of its own."""
        self.newest = NEVER
        """Time of the newest line told, that of another session included."""
        self.events: list[Told] = []
        """Lines of its own, in the order of telling."""
        self.strays: list[Stray] = []
        """Those of them that meant none of its own orders."""
        self.guests: list[Stray] = []
        """Strays of other sessions that meant one of its orders."""
        self.reopened: list[tuple[int, int]] = []
        """When an order was taken for filled, and when its submit told that it was not."""
        self.trimmed = False
        """Whether events were forgotten, so that winding back reaches only so far."""
        self.routes: dict[int, tuple[int, int]] = {}
        self.skips: dict[int, int] = {}
        self.last_rejected = NEVER
        self.twin_denials: deque[Told] = deque(maxlen=TWINS_WAITING)
        """Lines of the file of denials, the newest last, that a failure may turn out to repeat."""
        self.denials: dict[str, int] = {}

    def let_go(self, kept: int) -> int:
        """Forget all but the newest lines; return how many were forgotten."""
        gone = max(0, len(self.events) - kept)
        if gone:
            del self.events[:gone]
            self.trimmed = True
        return gone

    def is_twin_denial(self, event: Told) -> bool:
        """Say whether a denial repeats a failure before it; one that does not may repeat a later.

        Only lines of which the dialect says that they may, and that name no order: one that does is
        told by its name. A failure has one such line at most.
        """
        if not (event[1].twin and event[1].repeats):
            return False
        if event[0] - self.last_rejected <= TWIN_DENIAL_NS:
            self.last_rejected = NEVER
            return True
        if event[2] is None and event[3] is None:
            self.twin_denials.append(event)
        return False

    def twin_of_failure(self, event: Told) -> Told | None:
        """Note a failure; return the denial just before it that repeats it, or None."""
        self.last_rejected = event[0]
        if not self.twin_denials:
            return None
        twin = self.twin_denials.pop()
        if event[0] - twin[0] > TWIN_DENIAL_NS:
            self.twin_denials.clear()
            return None
        self.last_rejected = NEVER  # it has its twin: the next denial is another one
        return twin
