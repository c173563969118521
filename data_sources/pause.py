"""When to ask an origin again."""

from __future__ import annotations

import random
from typing import Final

from data_sources.health_answer import Outcome

LONGEST_BACKOFF_SECONDS: Final = 60.0


def pause_seconds(outcome: Outcome, failures: int, every_seconds: float) -> float:
    """Seconds until the next question: the pace, a full-jitter backoff, or what was demanded.

    Args:
        outcome: of the last question.
        failures: how many in a row had no answer of the origin's own, this one included.
        every_seconds: the usual pace.
    """
    if outcome.retry_after_seconds is not None:
        return outcome.retry_after_seconds + random.uniform(0, 3)
    if failures:
        # At first sooner than the pace, so that a hiccup is short; never rarer than three
        # paces, so that an origin that came back is seen.
        longest = min(LONGEST_BACKOFF_SECONDS, 3 * every_seconds, 0.5 * 2.0 ** min(failures, 10))
        return random.uniform(0, longest)
    return every_seconds * random.uniform(0.95, 1.05)
