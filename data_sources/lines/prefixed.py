"""Lines that a collector of logs has put its own words before: journald, Docker, Kubernetes."""

from __future__ import annotations

import re
from typing import Any, Final

from data_sources.lines.strict import BadLineError, parse_line

_STAMP: Final = (
    rb"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\s{]{0,16})"
)
_BEFORE: Final = re.compile(
    rb"(?:" + _STAMP + rb" (?:\S{1,255} [^\s:]{1,255}: )?|[\w.-]{1,80} +\| )(?=\{)"
)
"""A stamp, alone or with host and unit, as `journalctl` and `docker logs -t` print them; the name
of a service and a bar, as Docker Compose does. A stamp may have no year and is the collector's, not
the bot's: no time is taken of it."""


def parse_prefixed(line: bytes) -> dict[str, Any]:
    """The JSON object of a line without its newline, also behind the words of a collector.

    Raises:
        BadLineError: with the reason.
    """
    try:
        return parse_line(line)
    except BadLineError:
        before = _BEFORE.match(line)
        if before is None:
            raise
        return parse_line(line[before.end() :])
