"""Reads every number of a page and compares it with what the endpoints say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

READ = """() => Array.from(document.querySelectorAll('[data-metric]'), e => ({
    metric: e.dataset.metric, text: e.textContent, data: { ...e.dataset },
    isCell: e.tagName === 'TD', panel: (e.closest('[data-panel]') || {}).id || 'head' }))"""

MISSING = "—"
NO_EVIDENCE = "? No evidence"
NUMBER = re.compile(r"-?\d[\d\u2009]*(?:\.\d+)?")
STAGES = {"decision": "decision", "order_ack": "order_ack", "first_fill": "to_first_fill"}
BADGES = {
    "circuit_breaker_triggered": {True: "■ OPEN", False: "● Closed", None: NO_EVIDENCE},
    "conservation_holds": {True: "● balanced", False: "■ BREAK", None: NO_EVIDENCE},
}
NOTHING_TOLD = {
    "circuit_breaker_reason": ("nothing has told of it", "no stop holds"),
    **{
        f"latency_{stage}_ms_{quantile}_ci": ("",)
        for stage in ("decision", "order_ack", "to_first_fill")
        for quantile in ("p50", "p90", "p99")
    },
}
"""What stands where nothing is known, beside the dash."""
MOVING = ("as_of", "newest", "ts_ns", "pending_oldest_age_seconds", "pending_median_age_seconds")
"""What moves with the clock alone: compared only where the page stands at a chosen moment."""


def numbers_of(page: Any) -> list[dict[str, Any]]:
    """Give every element with a data-metric: its name, text and data."""
    found: list[dict[str, Any]] = page.evaluate(READ)
    return found


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give the parts of a JSON document by path, with `_` for dots."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, f"{name}_{key}" if name else str(key))
    else:
        yield name, value


def differences(numbers: list[dict[str, Any]], status: Any, *, live: bool) -> list[str]:
    """Say which numbers of a page are not those of `/status`, whatever table they stand in."""
    truth = dict(leaves(status))
    why = status["xai"]["why_code_counts"]
    found = []
    for one in numbers:
        name, data = one["metric"], one["data"]
        if live and name in MOVING:
            continue
        if name == "xai_why_code_counts":
            value = why.get(data["code"])
        elif one["isCell"] and "stage" in data:
            if data["key"].lower() not in ("decision", "order ack", "first fill"):
                continue  # split by route and symbol, which /status does not do
            tail = name.removeprefix("latency_")
            unit = "n" if tail == "n" else f"ms_{tail}"
            value = truth[f"latency_{STAGES[data['stage']]}_{unit}"]
        elif name in truth and not one["isCell"]:
            value = truth[name]
        else:
            continue
        if not says(name, one["text"], value):
            found.append(f"{one['panel']}: {name} shows {one['text']!r}, /status has {value!r}")
    return found


def compared(numbers: list[dict[str, Any]], status: Any) -> set[str]:
    """Give the names that a page shows and `/status` has."""
    truth = dict(leaves(status))
    return {one["metric"] for one in numbers if one["metric"] in truth}


def unknown(numbers: list[dict[str, Any]], status: Any) -> set[str]:
    """Give the names outside tables that no endpoint knows: a number from nowhere."""
    truth = dict(leaves(status))
    return {one["metric"] for one in numbers if not one["isCell"] and one["metric"] not in truth}


def says(name: str, text: str, value: Any) -> bool:
    """Tell whether a text is a value, to the digits that the text has."""
    if name in BADGES:
        return text.lower() == BADGES[name][value].lower()
    if name == "as_of":
        return text == pd.Timestamp(value).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    if value is None:
        return text in (MISSING, NO_EVIDENCE, *NOTHING_TOLD.get(name, ()))
    if isinstance(value, str):
        return value[:20] in text
    if isinstance(value, list):
        ends = [end for end in value if end is not None]
        shown = NUMBER.findall(_plain(text))
        return len(shown) == len(ends) and all(map(_is_about, shown, ends))
    shown = NUMBER.findall(_plain(text))
    return len(shown) == 1 and _is_about(shown[0], value * 100 if "%" in text else value)


def _plain(text: str) -> str:
    return text.replace("\u2009", "").replace("−", "-")


def _is_about(shown: str, value: float) -> bool:
    digits = len(shown.partition(".")[2])
    return abs(float(shown) - value) <= 0.5 * 10**-digits * 1.000001
