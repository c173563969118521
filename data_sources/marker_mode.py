"""What RICK's mode file says: one word, of which one alone means that trading is live."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_sources.marker_evidence import State, Verdict, changed_at, looked_at

TOGGLE: Final = ".upgrade_toggle"
_MODES: Final[dict[str, State]] = {
    "live": "on",
    **dict.fromkeys(("off", "ghost", "canary", "paper"), "off"),
}


def mode_verdict(path: Path) -> Verdict:
    """Say whether the mode is a live one; unknown where no known word can be read. Never raises."""
    looked = looked_at(path)
    if not isinstance(looked, bytes):
        return Verdict("unknown", looked.why, problem=f"GO-LIVE is unknown: {looked.why}")
    word = looked.decode("utf-8-sig", "replace").strip()
    state = _MODES.get(word.casefold())
    if state is None:
        shown = "".join(each if each.isprintable() else " " for each in word[:40])
        why = f"{path.name} says {shown!r}, which is no mode" if word else f"{path.name} is empty"
        return Verdict("unknown", why, problem=f"GO-LIVE is unknown: {why}")
    return Verdict(state, f"{path.name}: mode {word.upper()}", changed_at(path))
