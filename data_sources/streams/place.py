"""Where a source is and what its clock means, checked before anything is asked."""

from __future__ import annotations

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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


def zone_of(timezone: str) -> ZoneInfo:
    """The zone of that name.

    Raises:
        ConfigError: when there is none.
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"timezone: was {timezone!r}; it must be a zone of the tz database, such as Europe/Kyiv"
        ) from None
