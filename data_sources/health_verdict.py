"""What the body of a health endpoint says, in the words of `Reading.state`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from data_sources.health_words import health_state

STATUS_KEYS: Final = ("status", "state", "health", "overall_status", "overall")
FLAG_KEYS: Final = ("ok", "healthy", "alive", "ready")
TIME_KEYS: Final = ("timestamp", "as_of", "ts", "time", "generated_at", "checked_at", "updated_at")
REASON_KEYS: Final = (
    *("reason", "reasons", "message", "error", "errors", "issues", "detail", "details"),
)
LONGEST_DETAIL: Final = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a body says: its state and a few words of detail.

    `timestamp` is the moment it speaks of, `last_event` that of the last event it knows of; None
    where it does not say.
    """

    state: str
    detail: str
    timestamp: pd.Timestamp | None = None
    last_event: pd.Timestamp | None = None


def verdict(body: dict[str, Any]) -> Verdict:
    """Read a health or readiness body.

    Aurora's shapes are among those understood: `status` with `models_loaded` and `version`
    (`/health`), `ok` (`/liveness`), `config_loaded`, `last_event_ts`, `halt` and `models_loaded`
    (`/readiness`), and any of these below `detail`.
    """
    inner = body.get("detail")
    if isinstance(inner, dict) and not any(key in body for key in (*STATUS_KEYS, *FLAG_KEYS)):
        return verdict(inner)
    state, words = _status(body)
    for key, wrong, text in (
        ("halt", True, "halted"),
        ("config_loaded", False, "configuration not loaded"),
        ("models_loaded", False, "models not loaded"),
    ):
        if key in body and isinstance(body[key], bool):
            state = "ok" if state is None else state
            if body[key] is wrong:
                state = "degraded" if state == "ok" else state
                words.append(text)
    words += [text for key in REASON_KEYS if (text := _text(body.get(key)))]
    last = body.get("last_error")
    if state != "ok" and (text := _text(last.get("message") if isinstance(last, dict) else last)):
        words.append(f"last error: {text}")
    if state is None:
        state, words = "unknown", ["the answer has no status", *words]
    timestamp = next((t for key in TIME_KEYS if (t := moment(body.get(key))) is not None), None)
    detail = "; ".join(dict.fromkeys(words))[:LONGEST_DETAIL]
    return Verdict(state, detail, timestamp, moment(body.get("last_event_ts")))


def _status(body: dict[str, Any]) -> tuple[str | None, list[str]]:
    for key in STATUS_KEYS:
        word = body.get(key)
        if isinstance(word, str) and word.strip():
            state = health_state(word)
            return state, [_text(word)] if state != "unknown" else [f"unknown status {word[:40]!r}"]
    for key in FLAG_KEYS:
        if isinstance(body.get(key), bool):
            return ("ok", []) if body[key] else ("degraded", [f"{key}: false"])
    return None, []


def _text(value: Any) -> str:
    """A reason as one line of printable text; nested values are not unfolded."""
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value[:5] if isinstance(item, str | int | float))
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value).strip()[:LONGEST_DETAIL]


def moment(value: Any) -> pd.Timestamp | None:
    """A time in a body: epoch in s, ms, µs or ns by its magnitude, or ISO 8601 (naive is UTC)."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, str) and not value.strip().lstrip("-").replace(".", "", 1).isdigit():
            stamp = pd.Timestamp(value.strip())
            stamp = stamp.tz_localize("UTC") if stamp.tz is None else stamp.tz_convert("UTC")
            return None if pd.isna(stamp) else stamp.as_unit("ns")
        number = int(value) if isinstance(value, int) else float(value)
        unit = next(
            (u for limit, u in ((1e18, 1), (1e15, 10**3), (1e12, 10**6)) if number > limit), 10**9
        )
        return pd.Timestamp(round(number * unit), unit="ns", tz="UTC")
    except (ValueError, OverflowError, TypeError):
        return None
