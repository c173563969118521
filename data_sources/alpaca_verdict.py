"""What the parts of an Alpaca account that failed mean for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from data_sources.alpaca_rows import blocked

if TYPE_CHECKING:
    from data_sources.alpaca_client import AlpacaError


def verdict(
    bad: Mapping[str, AlpacaError], account: Mapping[str, Any]
) -> tuple[str, str, float | None]:
    """The state, why, and how long the server wants to be left alone, in seconds or None.

    Args:
        bad: part → why it failed when it was last asked.
        account: as last heard.
    """
    told = "; ".join(f"{part.replace('_', ' ')}: {error}" for part, error in bad.items())
    for error in bad.values():
        if error.state == "rate_limited":
            return error.state, told, error.retry_after_seconds
    if "account" in bad:
        return bad["account"].state, told, bad["account"].retry_after_seconds
    if bad:
        every = {error.state for error in bad.values()}
        return ("down" if every == {"down"} else "degraded"), told, None
    stopped = blocked(account)
    if stopped:
        return "degraded", f"the account says: {', '.join(stopped)}", None
    return "ok", "", None
