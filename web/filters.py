"""The filters of a page or an endpoint: read from a query string, checked, and made canonical."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd

WINDOWS: Final[dict[str, float | None]] = {
    "1m": 60.0,
    "5m": 300.0,
    "15m": 900.0,
    "1h": 3600.0,
    "6h": 21600.0,
    "all": None,
}
"""The windows that a page offers, in seconds; `all` is everything there is."""

LONGEST_WINDOW_SECONDS: Final = 10 * 366 * 86400.0
LONGEST_TEXT: Final = 128
_TEXTS: Final = ("account", "source", "symbol", "order", "mode", "status")
RFC_3339: Final = re.compile(
    r"(\d{4})-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+\- ]\d{2}:\d{2})"
)


class FilterError(ValueError):
    """A parameter that cannot be used: which, what was received, and what is allowed.

    What was received is None where the parameter is missing.
    `others` are further ones of the same address, so that all of them can be put right at once.
    """

    def __init__(
        self, parameter: str, value: str | None, allowed: str, others: Sequence[FilterError] = ()
    ) -> None:
        self.parameter = parameter
        self.value = None if value is None else value[:LONGEST_TEXT]
        self.allowed = allowed
        self.others = tuple(others)
        received = "is missing" if value is None else f"was {self.value!r}"
        said = f"{parameter} {received}; allowed: {allowed}"
        super().__init__(". ".join([said, *map(str, others)]))

    @classmethod
    def of_all(cls, refused: Sequence[FilterError]) -> FilterError:
        """One error that tells of several, the first one first."""
        first, *others = (each for one in refused for each in (one, *one.others))
        return cls(first.parameter, first.value, first.allowed, others)

    @property
    def all(self) -> tuple[FilterError, ...]:
        """This one and the others."""
        return (self, *self.others)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a viewer asks for. Equal filters are equal pictures and share one rendering.

    `order` filters nothing: it names the one order whose life the orders page shows. `mode` and
    `status` choose among sessions and runs, which every picture leaves as they are.
    """

    window: str = "5m"
    at: pd.Timestamp | str | None = None
    account: str | None = None
    source: str | None = None
    symbol: str | None = None
    order: str | None = None
    mode: str | None = None
    status: str | None = None

    @property
    def window_seconds(self) -> float | None:
        """The window in seconds; None for everything."""
        return WINDOWS[self.window] if self.window in WINDOWS else float(self.window)

    @property
    def key(self) -> str:
        """The canonical query string, the same for every way of writing these filters."""
        at = self.at if self.at is None or isinstance(self.at, str) else utc_text(self.at)
        parts = {
            "window": self.window,
            "at": at,
            "account": self.account,
            "source": self.source,
            "symbol": self.symbol,
            "order": self.order,
            "mode": self.mode,
            "status": self.status,
        }
        return urlencode({name: value for name, value in parts.items() if value is not None})

    @classmethod
    def from_query(
        cls, query: Mapping[str, str], *, default_window: str = "5m", any_window: bool = False
    ) -> Filters:
        """Read filters from a query; parameters that are no filters are left to others.

        Args:
            query: names and values, already percent-decoded.
            default_window: the window when none is asked for.
            any_window: whether a number of seconds is a window too (the API says yes, pages say
                no: each distinct window of a page is one more picture to keep live).

        Raises:
            FilterError: values are not allowed; says which, all of them, and what is.
        """
        readers: dict[str, Callable[[str | None], Any]] = {
            "window": lambda value: _window(value, default_window, any_window),
            "at": _at,
            **{name: partial(name_of, name) for name in _TEXTS},
        }
        found: dict[str, Any] = {}
        refused = []
        for name, read in readers.items():
            try:
                found[name] = read(query.get(name))
            except FilterError as error:
                refused.append(error)
        if refused:
            raise FilterError.of_all(refused)
        return cls(**found)


def window_name(seconds: float) -> str:
    """The name of a window of that many seconds; the plain number when it has no name."""
    names = [name for name, length in WINDOWS.items() if length == seconds]
    return names[0] if names else f"{seconds:g}"


def moment(parameter: str, value: str) -> pd.Timestamp:
    """An RFC 3339 moment as a UTC timestamp in nanoseconds.

    Raises:
        FilterError: not RFC 3339 with a zone, not a date of the calendar, or outside 1970-2199.
    """
    allowed = "RFC 3339 with a zone, such as 2025-09-07T12:00:00Z"
    match = RFC_3339.fullmatch(value.strip())
    if match is None or not 1970 <= int(match[1]) < 2200:
        raise FilterError(parameter, value, allowed)
    # An unescaped "+" of the zone arrives as a blank.
    text = value.strip().upper().replace(" ", "T", 1) if value.strip()[10] == " " else value.strip()
    try:
        return pd.Timestamp(text.replace(" ", "+")).tz_convert("UTC").as_unit("ns")
    except ValueError as error:
        raise FilterError(parameter, value, allowed) from error


def utc_text(at: pd.Timestamp) -> str:
    """RFC 3339 in UTC with a Z, as short as exact allows."""
    return at.tz_convert("UTC").tz_localize(None).isoformat() + "Z"


def name_of(parameter: str, value: str | None) -> str | None:
    """A name that is asked for; None when it is left out or empty.

    Raises:
        FilterError: too long, or characters that nobody sees.
    """
    if not value:
        return None
    if len(value) > LONGEST_TEXT or not value.isprintable():
        raise FilterError(parameter, value, f"printable text of at most {LONGEST_TEXT} characters")
    return value


def _window(value: str | None, default: str, any_window: bool) -> str:
    if not value or value == default:
        return default
    if value in WINDOWS:
        return value
    allowed = " ".join(WINDOWS) + (" or a number of seconds" if any_window else "")
    if any_window:
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if 0 < seconds <= LONGEST_WINDOW_SECONDS:
            return window_name(seconds)
    raise FilterError("window", value, allowed)


def _at(value: str | None) -> pd.Timestamp | str | None:
    if not value or value == "now":
        return None
    return "last" if value == "last" else moment("at", value)
