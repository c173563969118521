"""Aurora's own logic, as far as it cannot be said in `aurora.toml`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


def event_code(text: str) -> str | None:
    """The event code as Aurora's own readers spell it: upper case, `ORDER_FILL` → `ORDER.FILL`.

    Like theirs, every underscore becomes a dot when the name starts with `ORDER_` and has no dot.
    """
    code = text.strip().upper()
    if code.startswith("ORDER_") and "." not in code:
        code = code.replace("_", ".")
    return code or None


WORD_TRANSFORMS: Final[dict[str, Callable[[str], str | None]]] = {"event_code": event_code}
