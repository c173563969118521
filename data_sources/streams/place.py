"""Where a server of streams is, as it may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit

from data_sources.errors import ConfigError


def shown_url(url: str) -> str:
    """The URL without user, password and query.

    Raises:
        ConfigError: when it is none.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as e:
        raise ConfigError(f"url: not a URL ({e})") from e
    return f"{parts.scheme}://{host}{port}{parts.path}"
