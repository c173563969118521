"""Which hosts of Alpaca may be asked, and what they say of an account."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from data_sources.errors import ConfigError

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def checked_url(key: str, url: str) -> str:
    """Return a URL that keys may be sent to, without its last slash.

    Raises:
        ConfigError: when it is not https (http is for this machine), or holds more than a path.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as e:
        raise ConfigError(f"{key}: not a URL ({e})") from None
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise ConfigError(f"{key}: needs https:// and a host (http:// only on this machine)")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(f"{key}: is scheme, host and path alone; keys go into the environment")
    return url.rstrip("/")


def environment_of(url: str) -> str | None:
    """What Alpaca's own hosts say; a server elsewhere does not say it."""
    known = {"paper-api.alpaca.markets": "paper", "api.alpaca.markets": "live"}
    return known.get(urlsplit(url).hostname or "")
