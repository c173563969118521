"""What a bot counts of its orders and cycles, told by a second endpoint beside its health."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from data_sources.deadline import FetchError
from data_sources.json_answer import BadPayloadError, json_value
from data_sources.target import Target

PAUSE_SECONDS: Final = 60.0
"""An endpoint that does not tell is left alone for so long."""


class Numbers:
    """Asks the endpoint; what it does not tell is missing, and no trouble.

    Args:
        target: of the endpoint; None where there is none.
        now: gives epoch seconds.
    """

    def __init__(self, target: Target | None, now: Callable[[], float]) -> None:
        self._target, self._now = target, now
        self._not_before = 0.0

    def ask(
        self, *, deadline_seconds: float, max_bytes: int, transport: httpx.BaseTransport | None
    ) -> dict[str, Any]:
        """Return its numbers as columns of `runs`; {} when it does not tell them."""
        if self._target is None or self._now() < self._not_before:
            return {}
        try:
            answer = self._target.fetch(
                deadline_seconds=deadline_seconds, max_bytes=max_bytes, transport=transport
            )
            body = json_value(answer) if answer.status == 200 else None
        except (FetchError, BadPayloadError):
            body = None
        if not isinstance(body, dict):
            self._not_before = self._now() + PAUSE_SECONDS
            return {}
        return counted(body)


def counted(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return orders, failed orders, their success and skipped cycles as columns of `runs`.

    A success of 1.0 without any order is what the bot says when it knows nothing: it is missing.
    """
    orders, success = count(body.get("total_orders")), body.get("order_success_rate")
    known = isinstance(success, int | float) and not isinstance(success, bool) and 0 <= success <= 1
    return {
        "orders": orders,
        "failed_orders": count(body.get("failed_orders")),
        "order_success_ratio": float(success) if known and success is not None and orders else None,
        "skipped_cycles": count(body.get("skipped_cycles")),
    }


def count(value: Any) -> int | None:
    """Return a count; None for what is none."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 10**12 else None
