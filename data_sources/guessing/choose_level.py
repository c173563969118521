"""Which key tells how bad a line is: what is an error is one, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from data_sources.guessing.choice import Choice, first
from data_sources.guessing.keys import Key
from data_sources.guessing.quoted import listed, quoted

_ERRORS: Final = ("error", "err", "critical", "fatal", "severe", "panic")
_LEVELS: Final = frozenset(
    {*_ERRORS, "trace", "debug", "info", "notice", "warn", "warning", "success", "silly", "verbose"}
)
_NUMBERED: Final = (10, 20, 30, 40, 50, 60)
"""Of pino and bunyan: from 50 on an error."""


def level_of(keys: Sequence[Key], taken: set[str]) -> Choice | None:
    """The key of the level, None where there is none.

    Args:
        keys: of the sample.
        taken: gets the path of what was found.
    """
    return first([key for key in keys if key.of_line], "level", _is_level, taken, "levels")


def level_rule(level: Choice | None) -> Iterator[str]:
    """The rule in TOML that makes lines errors; it stands after all that say more."""
    if level is not None:
        yield "[[rules]]"
        yield f"when = {{ {quoted(level.path)} = [{listed(_ERRORS)[1:-1]}, 50, 60] }}"
        yield 'then = { kind = "error" }'
        yield ""


def _is_level(value: Any) -> bool:
    if isinstance(value, str):
        return value.casefold() in _LEVELS
    return not isinstance(value, bool) and value in _NUMBERED
