"""What an HTTP answer of a health endpoint means: its status, its type, its body, its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec
import pandas as pd

from data_sources.deadline import FetchError
from data_sources.health_verdict import verdict
from data_sources.http import Answer
from data_sources.json_answer import BadPayloadError, check_is_json

LONGEST_RETRY_AFTER_SECONDS: Final = 300.0
DEFAULT_RETRY_AFTER_SECONDS: Final = 30.0
AUTH_RETRY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One poll: a state of `Reading.STATES`, why, and when to come back if the server said so.

    `answered` is true when the endpoint itself told its state, whatever that was; `body` is then
    what it said.
    """

    state: str
    detail: str = ""
    timestamp: pd.Timestamp | None = None
    latency_seconds: float | None = None
    retry_after_seconds: float | None = None
    answered: bool = False
    body: Mapping[str, Any] | None = None


def of_failure(error: FetchError) -> Outcome:
    """No usable answer at all: down, or an answer that breaks the limits."""
    bad = error.reason in ("too_large", "encoding", "truncated")
    return Outcome("bad_payload" if bad else "down", f"{error.reason}: {error}")


def of_answer(answer: Answer, now_seconds: float, stale_after_seconds: float) -> Outcome:
    """Judge an answer of any status.

    Args:
        answer: what came back.
        now_seconds: this moment in epoch seconds.
        stale_after_seconds: how old the time in the body may be.
    """
    status, seconds = answer.status, answer.seconds
    told = f"HTTP {status}"
    refused = of_refusal(answer, now_seconds, "no health endpoint there")
    if refused is not None:
        return refused
    try:
        body = _object(answer)
    except BadPayloadError as e:
        state = "down" if status >= 500 else "bad_payload"
        return Outcome(state, f"{told}: {e}" if status != 200 else str(e), None, seconds)
    if status >= 500 and status != 503:
        return Outcome("down", f"{told}: {verdict(body).detail}", None, seconds)
    return _of_body(body, status, seconds, now_seconds, stale_after_seconds)


def of_refusal(answer: Answer, now_seconds: float, missing: str) -> Outcome | None:
    """What a status between 300 and 499 means; None for any other.

    Args:
        answer: what came back.
        now_seconds: this moment in epoch seconds.
        missing: what is said of a status like 404.
    """
    status, seconds = answer.status, answer.seconds
    told = f"HTTP {status}"
    if status in (401, 403):
        return Outcome("auth", told, None, seconds, AUTH_RETRY_SECONDS)
    if status == 429:
        return Outcome(
            "rate_limited", told, None, seconds, retry_after_seconds(answer, now_seconds)
        )
    if 300 <= status < 400:
        return Outcome("misconfigured", f"{told}: redirects are not followed", None, seconds)
    if 400 <= status < 500:
        return Outcome("misconfigured", f"{told}: {missing}", None, seconds)
    return None


def _of_body(
    body: dict[str, Any], status: int, seconds: float, now: float, stale_after_seconds: float
) -> Outcome:
    found = verdict(body)
    state, detail = found.state, found.detail
    if status == 503:
        state, detail = "down" if state == "down" else "degraded", f"HTTP 503: {detail}"
    if found.timestamp is not None:
        age = now - found.timestamp.timestamp()
        at = f"{found.timestamp:%Y-%m-%dT%H:%M:%SZ}"
        if age > stale_after_seconds and state in ("ok", "degraded"):
            detail = (
                f"its answer is of {at}, older than {stale_after_seconds:g} s; it said {detail}"
            )
            state = "stale"
        elif age < -stale_after_seconds:
            detail += f"; its clock is {-age:.0f} s ahead of ours"
    if found.last_event is not None and now - found.last_event.timestamp() > stale_after_seconds:
        # Only an old one is told: a text that changes at every poll would be journaled each time.
        quiet = f"no event since {found.last_event:%Y-%m-%dT%H:%M:%SZ}"
        detail = f"{detail}; {quiet}" if detail else quiet
    return Outcome(state, detail, found.timestamp, seconds, answered=True, body=body)


def _object(answer: Answer) -> dict[str, Any]:
    check_is_json(answer)
    try:
        body = msgspec.json.decode(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        reason = type(e).__name__ if isinstance(e, RecursionError) else str(e)
        raise BadPayloadError(f"the answer is not JSON: {reason[:120]}") from e
    if not isinstance(body, dict):
        kind = type(body).__name__
        raise BadPayloadError(f"the answer is a JSON {kind}, not an object")
    return body


def retry_after_seconds(answer: Answer, now: float) -> float:
    """Seconds to wait by `Retry-After` (seconds or an HTTP date), at least 1, at most 300."""
    value = answer.headers.get("retry-after", "").strip()
    try:
        seconds = (
            float(value) if value.isdigit() else parsedate_to_datetime(value).timestamp() - now
        )
    except (ValueError, TypeError, OverflowError):
        seconds = DEFAULT_RETRY_AFTER_SECONDS
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER_SECONDS)
