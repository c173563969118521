"""The names that attached sources go by: short, and each says of which system it is."""

from __future__ import annotations

import re
from typing import Final

from data_sources.lines.infer import GENERIC

_WORDS: Final = re.compile(r"[a-z]+|\d+")
_NO_SYSTEM: Final = ("", "auto", "unknown", GENERIC)


def name_within(name: str, dialect: str) -> str:
    """Return the name of one source of several, `audit` of Quantum Trader as `quantum_audit`.

    Args:
        name: what its folder or file is called.
        dialect: of its lines; a name that has one of its words already stays, and so does that of
            a source of which no system is known.
    """
    words = dialect.split("_")
    if dialect in _NO_SYSTEM or not set(words).isdisjoint(_WORDS.findall(name.lower())):
        return name
    return f"{words[0]}_{name}"
