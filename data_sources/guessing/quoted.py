"""Texts as TOML writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence


def quoted(text: str) -> str:
    """A text as TOML writes it; nearly as JSON does, which TOML allows."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def listed(texts: Sequence[str]) -> str:
    """A list of texts as TOML writes it."""
    return f"[{', '.join(map(quoted, texts))}]"
