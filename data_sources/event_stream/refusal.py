"""What an answer means that is no event stream."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from data_sources.event_stream.connection import Opened
from data_sources.health_answer import AUTH_RETRY_SECONDS, retry_after_seconds
from data_sources.http import Answer

WRONG_PLACE_SECONDS: Final = 60.0
"""How long a refusal stands that only a person can mend: it is asked again, but not in a loop."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no stream: a state of `Reading.STATES`, its words, and when to come back.

    wait_seconds  None when the usual backoff holds
    final         the server asked not to be asked again
    """

    state: str
    detail: str
    wait_seconds: float | None = None
    final: bool = False


def refusal_of(answer: Opened) -> Refusal | None:
    """Judge the head of an answer; None when it is an event stream."""
    status, headers = answer.status, answer.headers
    told = f"HTTP {status}"
    if status == 200:
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media == "text/event-stream":
            return None
        detail = f"the answer is {media[:60]!r}, not text/event-stream"
        return Refusal("bad_payload", detail, WRONG_PLACE_SECONDS)
    if status == 204:
        detail = f"{told}: the server wants no more connections; restart the desk to ask again"
        return Refusal("misconfigured", detail, final=True)
    if status in (401, 403):
        return Refusal("auth", f"{told}: set the token", AUTH_RETRY_SECONDS)
    asked = None
    if "retry-after" in headers:
        asked = retry_after_seconds(Answer(status, headers, b"", 0.0), time.time())
    if status == 429:
        return Refusal("rate_limited", told, 30.0 if asked is None else asked)
    if status >= 500:
        return Refusal("down", told, asked)
    if 300 <= status < 400:
        detail = f"{told}: redirects are not followed; configure where it leads"
        return Refusal("misconfigured", detail, WRONG_PLACE_SECONDS)
    return Refusal("misconfigured", f"{told}: no event stream there", WRONG_PLACE_SECONDS)
