"""Whether a stream holds more than was read: after a start, or as its writer is in a hurry."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from desk.origin import Origin

BRIEF_SECONDS: Final = 1.0
"""A log that is behind for no longer than that is being read as it is written."""


@dataclass(slots=True)
class CatchingUp:
    """What is known of it.

    Attributes:
        more: whether the last look left something unread; True before the first.
        since: since when it is so, monotonic seconds; after a start since ever.
    """

    more: bool = True
    since: float = -math.inf

    def note(self, *, more: bool) -> bool:
        """Note what a look left unread; return whether that is news."""
        is_news = more != self.more
        if more and is_news:
            self.since = time.monotonic()
        self.more = more
        return is_news


def is_behind(origin: Origin) -> bool:
    """Return whether the numbers of a source are of a part of its log, for more than a moment.

    What cannot be read says so itself, and who has not answered yet has told of nothing.
    """
    behind = origin.behind
    if not behind.more or origin.is_state or origin.state == "unreadable":
        return False
    unanswered = origin.received_ms is None and getattr(origin.source, "may_wait", False)
    return not unanswered and time.monotonic() - behind.since > BRIEF_SECONDS
