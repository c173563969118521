"""What a service's word about itself means: one mapping for endpoints, polled answers and files."""

from __future__ import annotations

from typing import Final

_STATES: Final = {
    "ok": (
        *("ok", "okay", "healthy", "up", "pass", "passed", "passing", "alive", "ready", "running"),
        *("live", "green", "operational", "connected", "normal", "info"),
    ),
    "degraded": (
        *("degraded", "unhealthy", "warn", "warning", "caution", "yellow", "amber", "maintenance"),
        *("starting", "stopping", "halted", "not_ready"),
    ),
    "down": (
        *("down", "critical", "error", "fail", "failed", "failing", "stopped", "unavailable"),
        *("disconnected", "not_alive", "dead", "offline", "red"),
    ),
}
_STATE_OF: Final = {word: state for state, words in _STATES.items() for word in words}


def health_state(text: str) -> str:
    """Return `ok`, `degraded` or `down`; `unknown` for every other word, which is never green.

    `HealthStatus.CRITICAL` is `critical`; letters may be large or small.
    """
    plain = text.strip().rpartition(".")[2].lower().replace(" ", "_").replace("-", "_")
    return _STATE_OF.get(plain, "unknown")


def level_state(text: str) -> str:
    """Return the state of a service that tells a level, of risk say: who does that is not down."""
    state = health_state(text)
    return "degraded" if state == "down" else state
