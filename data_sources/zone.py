"""The zone of a source's clock, checked before anything is read."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data_sources.errors import ConfigError


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
