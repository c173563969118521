"""One endpoint over time: what it said last, how it is, and when to ask it again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pandas as pd

from data_sources.deadline import FetchError
from data_sources.health_answer import Outcome, of_failure, of_refusal
from data_sources.http import Answer
from data_sources.json_answer import BadPayloadError, json_value
from data_sources.limits import Limits
from data_sources.pause import pause_seconds
from data_sources.polled.changes import changes, note
from data_sources.polled.mapping import Endpoint, RowRule
from data_sources.polled.rows import Row, Rows, rows_of
from data_sources.target import Target

_OF_STATUS: Final = {501: "misconfigured", 503: "degraded"}
"""What a failure means when the service itself says why: not set up there, not ready now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: how it went, and the rows when it went well."""

    outcome: Outcome
    rows: Rows | None = None
    size: int = 0


class Poll:
    """The state of one endpoint.

    Attributes:
        endpoint: its mapping.
        target: its URL.
        rows: the last good answer; it stays when the endpoint falls sick, with its own as_of.
        made_up: the rows of the last answer, when that was a placeholder.
        as_of: of when the last good answer is.
        state, detail: how the last question went.
        every_seconds: its pace.
        seen, set_aside, bytes_read: rows and bytes of all answers so far.
        next_at: epoch seconds when to ask again.
        memory: since and last_ok, JSON-ready.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        target: Target,
        limits: Limits,
        zone: dt.tzinfo,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.endpoint, self.target = endpoint, target
        self.every_seconds = limits.every_seconds or endpoint.every_seconds
        self.seen = self.bytes_read = self.repeated = 0
        self.set_aside: dict[str, int] = {}
        self.rows: Rows | None = None
        self.made_up: Rows | None = None
        self.as_of: pd.Timestamp | None = None
        self.state, self.detail = "waiting", ""
        self.latency_seconds: float | None = None
        self.next_at = 0.0
        self.memory: dict[str, Any] = {}
        self._limits, self._zone, self._transport = limits, zone, transport
        self._failures = 0

    @property
    def healthy(self) -> bool:
        """Whether the last question was answered, or none was asked yet."""
        return not self._failures and self.state in ("ok", "waiting", "stale", "degraded")

    @property
    def is_whole(self) -> bool:
        """Whether the last question brought all rows that the endpoint has."""
        rows = self.rows
        heard = self.state == "ok" and rows is not None and not rows.set_aside
        return heard and not self.made_up and not self.endpoint.newest_only

    def ask(self, now_seconds: float) -> Asked:
        """Ask once; changes nothing here, so that a thread may do it.

        Never raises for what the other side does: that is the outcome.
        """
        try:
            answer = self._limits.fetch(self.target, self._transport)
        except FetchError as e:
            return Asked(of_failure(e))
        return self._judge(answer, now_seconds)

    def take(self, asked: Asked, now_seconds: float) -> None:
        """Take over what a question brought, and set when to ask next."""
        outcome, rows = asked.outcome, asked.rows
        now = pd.Timestamp(round(now_seconds * 1e9), unit="ns", tz="UTC")
        self.bytes_read += asked.size
        if rows is not None:
            self.seen += rows.seen
            self.repeated += rows.repeated
            for reason, number in rows.set_aside.items():
                self.set_aside[reason] = self.set_aside.get(reason, 0) + number
        self.made_up = rows if rows is not None and rows.placeholder else None
        if rows is not None and not rows.placeholder:
            if self.rows is not None:
                rows.goes_on_from(self.rows)
            self.rows = rows
            self.as_of = rows.as_of or now
            for rule, found in rows.of:
                if rule.changed:
                    # By our clock: one of theirs that is wrong would hide the change, or put it
                    # before the one that it followed.
                    note(self.memory, rule, found, now)
        self.state, self.detail = outcome.state, self.target.redacted(outcome.detail)
        self.latency_seconds = outcome.latency_seconds
        if self.memory.get("state") != outcome.state:
            self.memory |= {"state": outcome.state, "since": now.isoformat()}
        if outcome.state == "ok":
            self.memory["last_ok"] = now.isoformat()
        self._failures = 0 if outcome.answered else self._failures + 1
        pause = pause_seconds(outcome, self._failures, self.every_seconds)
        self.next_at = now_seconds + pause

    @property
    def patience_seconds(self) -> float:
        """How old an answer may be."""
        return max(self._limits.stale_after_seconds, 3 * self.every_seconds)

    def changes(self, rule: RowRule) -> list[Row]:
        """Return what changed of a frame that is told by its changes, also by earlier processes."""
        patience, is_well = self.patience_seconds, self.state == "ok"
        return changes(self.memory, rule, is_well=is_well, patience_seconds=patience)

    def service_row(self, source: str) -> Row:
        """This endpoint as a row of the frame `services`."""
        since = self.memory.get("since")
        return {
            "name": f"{source}.{self.endpoint.name}",
            "kind": "service",
            "state": "unknown" if self.state == "waiting" else self.state,
            "latency_seconds": self.latency_seconds,
            "since": pd.Timestamp(since) if since else None,
            "as_of": self.as_of,
            "detail": self.detail or None,
        }

    def _judge(self, answer: Answer, now_seconds: float) -> Asked:
        told, seconds = f"HTTP {answer.status}", answer.seconds
        refused = of_refusal(answer, now_seconds, "no such endpoint there")
        if refused is not None:
            return Asked(refused)
        now = pd.Timestamp(round(now_seconds * 1e9), unit="ns", tz="UTC")
        try:
            body = json_value(answer)
            if answer.status >= 500:
                state = _OF_STATUS.get(answer.status, "down")
                return Asked(Outcome(state, f"{told}{_said(body)}", None, seconds))
            rows = rows_of(body, self.endpoint, self._zone, now)
        except BadPayloadError as e:
            state = "down" if answer.status >= 500 else "bad_payload"
            return Asked(Outcome(state, f"{told}: {e}" if answer.status != 200 else str(e)))
        state, detail = self._how(rows, now_seconds)
        outcome = Outcome(state, detail, rows.as_of, seconds, answered=True)
        return Asked(outcome, rows, len(answer.body))

    def _how(self, rows: Rows, now_seconds: float) -> tuple[str, str]:
        details = [f"{n} {reason} rows left out" for reason, n in rows.set_aside.items()]
        age = 0.0 if rows.as_of is None else now_seconds - rows.as_of.timestamp()
        if rows.placeholder:
            details.insert(0, "its answer is a placeholder, not an account: not shown as truth")
            return "degraded", "; ".join(details)
        if age > self.patience_seconds:
            details.insert(0, f"its answer is of {rows.as_of:%Y-%m-%dT%H:%M:%SZ}")
            return "stale", "; ".join(details)
        return "ok", "; ".join(details)


def _said(body: Any) -> str:
    """The reason in a body that tells of an error."""
    if isinstance(body, dict):
        for key in ("detail", "error", "message", "reason"):
            if isinstance(body.get(key), str):
                text = "".join(c if c.isprintable() else " " for c in body[key])
                return f": {text[:200]}"
    return ""
