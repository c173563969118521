"""Safety states: glyph, text and tone, chosen from (field, value) and never from the word alone.

"ACTIVE" is good news for GO-LIVE and an emergency for ESS; a table decides, and what the table
does not know stays visible as unknown. Tones: good (blue), neutral, warn (orange), act (red),
unknown (gray, dashed).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from dash import html

from formats import MISSING, text


class Badge(NamedTuple):
    """One state as a viewer sees it."""

    glyph: str
    text: str
    tone: str


_GOOD, _WARN, _ACT, _NEUTRAL, _UNKNOWN = "good", "warn", "act", "neutral", "unknown"

_STATES: Final[dict[str, dict[str, Badge]]] = {
    "breaker": {
        "closed": Badge("●", "Closed", _GOOD),
        "half_open": Badge("◐", "Half open", _WARN),
        "open": Badge("■", "OPEN", _ACT),
    },
    "ess": {
        "inactive": Badge("●", "Inactive", _GOOD),
        "recovery": Badge("◐", "Recovery", _WARN),
        "active": Badge("■", "ACTIVE", _ACT),
    },
    "golive": {
        "active": Badge("●", "Active", _GOOD),
        "inactive": Badge("○", "Inactive", _NEUTRAL),
    },
    "governance": {
        "allow": Badge("●", "Allow", _GOOD),
        "scale": Badge("◐", "Scale", _WARN),
        "block": Badge("■", "BLOCK", _ACT),
        "accept_h1": Badge("●", "Accept H1: edge", _GOOD),
        "accept_h0": Badge("▲", "Accept H0: no edge", _WARN),
        "continue": Badge("○", "Continue", _NEUTRAL),
    },
    "liveness": {
        "working": Badge("●", "Working", _GOOD),
        "alive_not_working": Badge("▲", "Alive, not working", _ACT),
        "market_closed": Badge("○", "Market closed", _NEUTRAL),
        "stale": Badge("◐", "Long quiet", _WARN),
        "silent": Badge("✖", "Silent", _ACT),
    },
    "accounting": {
        "balanced": Badge("●", "Balanced", _GOOD),
        "broken": Badge("■", "BREAK", _ACT),
    },
    "source": {
        "ok": Badge("●", "ok", _GOOD),
        "waiting": Badge("○", "waiting", _NEUTRAL),
        "stale": Badge("◐", "stale", _WARN),
        "degraded": Badge("◐", "degraded", _WARN),
        "rate_limited": Badge("◐", "rate limited", _WARN),
        "down": Badge("✖", "down", _ACT),
        "auth": Badge("▲", "not authorized", _ACT),
        "misconfigured": Badge("▲", "misconfigured", _ACT),
        "bad_payload": Badge("▲", "bad payload", _ACT),
        "unreadable": Badge("▲", "unreadable", _ACT),
    },
    "order": {
        "submitted": Badge("○", "submitted", _NEUTRAL),
        "accepted": Badge("◔", "accepted", _NEUTRAL),
        "partially_filled": Badge("◑", "partially filled", _NEUTRAL),
        "filled": Badge("●", "filled", _GOOD),
        "canceled": Badge("–", "canceled", _NEUTRAL),
        "expired": Badge("◷", "expired", _WARN),
        "denied": Badge("▲", "denied", _WARN),
        "rejected": Badge("■", "rejected", _ACT),
    },
    "session": {
        "started": Badge("◔", "started", _GOOD),
        "completed": Badge("●", "completed", _GOOD),
        "aborted": Badge("–", "aborted", _WARN),
        "failed": Badge("■", "FAILED", _ACT),
    },
    "run": {
        "active": Badge("●", "active", _GOOD),
        "finished": Badge("○", "finished", _NEUTRAL),
        "empty": Badge("∅", "empty", _NEUTRAL),
        "stale": Badge("◐", "stale", _WARN),
        "unreadable": Badge("▲", "unreadable", _ACT),
        "ok": Badge("●", "ok", _GOOD),
        "degraded": Badge("◐", "degraded", _WARN),
        "down": Badge("✖", "down", _ACT),
    },
    "risk": {
        "ok": Badge("●", "ok", _GOOD),
        "warning": Badge("◐", "warning", _WARN),
        "breach": Badge("■", "BREACH", _ACT),
    },
    "severity": {
        "info": Badge("○", "info", _NEUTRAL),
        "warning": Badge("◐", "warning", _WARN),
        "critical": Badge("■", "CRITICAL", _ACT),
    },
    "environment": {
        "demo": Badge("◇", "DEMO", _WARN),
        "paper": Badge("○", "PAPER", _NEUTRAL),
        "staging": Badge("◐", "STAGING", _NEUTRAL),
        "production": Badge("■", "PRODUCTION", _ACT),
    },
}

_WORDS: Final = re.compile(r"[a-z0-9]+")
_NO_EVIDENCE: Final = Badge("?", "No evidence", _UNKNOWN)


@lru_cache(maxsize=512)
def badge_of(field: str, value: Any) -> Badge:
    """Give the glyph, text and tone of a state; an unknown value stays visible and is never good.

    Args:
        field: which state it is, such as `breaker`, `ess`, `source`, `order`.
        value: what the origin said, in any case; None is "No evidence".
    """
    shown = text(value, 40)
    if shown == MISSING:
        return _NO_EVIDENCE
    known = _STATES.get(field, {}).get("_".join(_WORDS.findall(shown.lower())))
    return known or Badge("?", shown, _UNKNOWN)


def badge(identifier: str, field: str, value: Any = None, **data: str) -> html.Span:
    """Give a badge that `badge_props` updates.

    Args:
        identifier: its component id.
        field: as in `badge_of`.
        value: the first value, None while nothing is known.
        data: further attributes such as `data_metric`.
    """
    first = badge_of(field, value)
    attributes = {name.replace("_", "-"): given for name, given in data.items()}
    return html.Span(
        f"{first.glyph} {first.text}",
        id=identifier,
        className="badge-state",
        **{"data-field": field, "data-tone": first.tone, **attributes},
    )


def badge_props(identifier: str, field: str, value: Any) -> dict[str, dict[str, Any]]:
    """Give the changing properties of one badge."""
    state = badge_of(field, value)
    return {identifier: {"children": f"{state.glyph} {state.text}", "data-tone": state.tone}}
