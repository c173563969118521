"""The equity that a polled source told over time, where it tells its newest points alone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

EQUITY: Final = "equity"
KEY: Final = ["account_id", "ts_event"]
VALUES: Final = ["equity", "cash", "buying_power"]
STEADY_NS: Final = 300 * 10**9
"""Of an equity that does not change one point is kept so often: it was told, too."""
STEPS: Final = (
    (pd.Timedelta(hours=1), "5min"),
    (pd.Timedelta(days=1), "1h"),
    (pd.Timedelta(days=31), "1D"),
)
"""What is older than this is kept once in so long a time: its highest, lowest and last point."""
POINTS_KEPT: Final = 20_000
"""Points that are held of one source; the oldest go first."""
PARTS: Final = 500
"""So many new points are held, or written one by one, until they are thinned to one whole."""


Key = tuple[str | None, int]


class Point(NamedTuple):
    """What one row says."""

    account: str | None
    ts_ns: int
    equity: float | None
    cash: float | None
    buying_power: float | None

    @property
    def key(self) -> Key:
        """Account and time: of these there is one point."""
        return self.account, self.ts_ns

    def is_as(self, last: Point) -> bool:
        """Whether it says the same as the one that was kept last, a short time after it."""
        return self[2:] == last[2:] and self.ts_ns - last.ts_ns < STEADY_NS


class ToldPoints:
    """Each distinct point of equity that one source told, thinned the more the older it is.

    Attributes:
        kept: the points, ascending; None before the first.
        unsaved: new points, which are in no commit yet.
        parts: so many rows of the state folder hold what was saved.
    """

    def __init__(self) -> None:
        self.kept: pd.DataFrame | None = None
        self.unsaved: list[pd.DataFrame] = []
        self.parts = 0
        self._grown = 0
        self._known: dict[Key, Point] = {}
        self._last: dict[str | None, Point] = {}
        self._told: list[Point] = []
        self._whole: pd.DataFrame | None = None

    def take(self, told: pd.DataFrame, now_ns: int) -> pd.DataFrame:
        """Take the points of a reading; return all that are known, those of the reading too."""
        points = _points(told)
        if self._whole is not None and points == self._told:
            return self._whole  # asked again, nothing was told since
        self._told = points
        fresh = [place for place, point in enumerate(points) if self._is_news(point)]
        if fresh:
            news = _ascending(told.iloc[fresh])
            self.unsaved.append(news)
            self._hold(news, now_ns)
        kept = told[:0] if self.kept is None else self.kept
        more = [n for n, point in enumerate(points) if point.ts_ns and point.key not in self._known]
        self._whole = _united(kept, told.iloc[more]) if more else kept
        return self._whole

    def restore(self, points: pd.DataFrame, parts: int) -> None:
        """Take over the points that so many rows of the state folder hold."""
        self.parts, self._grown = parts, len(points)
        self._keep(_united(points[:0], points))
        self._last = {point.account: point for point in self._known.values()}

    def saved(self, unsaved: int) -> None:
        """Note that so many of the unsaved points are in the state folder now."""
        del self.unsaved[:unsaved]
        self.parts = 1 if self.parts + unsaved > PARTS else self.parts + unsaved

    def _hold(self, news: pd.DataFrame, now_ns: int) -> None:
        self._grown += len(news)
        whole = news if self.kept is None else _united(self.kept, news)
        if self._grown > PARTS:
            self._keep(thinned(whole, now_ns))
            self._grown = 0
        else:
            self.kept = whole

    def _keep(self, points: pd.DataFrame) -> None:
        self.kept = points
        self._known = {point.key: point for point in _points(points)}

    def _is_news(self, point: Point) -> bool:
        """Whether a point is told for the first time, and says another value, or after a while."""
        if not point.ts_ns or point.equity is None or self._known.get(point.key) == point:
            return False
        last = self._last.get(point.account)
        is_newer = last is None or point.ts_ns > last.ts_ns
        if last is not None and is_newer and point.is_as(last):
            return False
        if is_newer:
            self._last[point.account] = point
        self._known[point.key] = point
        return True


def _points(told: pd.DataFrame) -> list[Point]:
    """Return what the rows say, 0 for a time that is missing, None for a number."""
    numbers = [
        [None if value != value else value for value in told[name].to_list()] for name in VALUES
    ]
    times = [max(ts_ns, 0) for ts_ns in told["ts_event"].array.as_unit("ns").asi8.tolist()]
    return list(map(Point, map(_word, told["account_id"]), times, *numbers))


def thinned(points: pd.DataFrame, now_ns: int) -> pd.DataFrame:
    """Return points, ascending, of which the old ones are fewer; see `STEPS`.

    The highest and the lowest of each time keep their own moments, so that a peak and a loss since
    it are what they were.
    """
    age = pd.Timestamp(now_ns, unit="ns", tz="UTC") - points["ts_event"]
    stays = age <= STEPS[0][0]
    ends = [older for older, _ in STEPS[1:]] + [None]
    for (older, pace), end in zip(STEPS, ends, strict=True):
        within = (age > older) & (True if end is None else age <= end)
        old = points[within]
        groups = old.groupby(
            [old["account_id"], old["ts_event"].dt.floor(pace)], dropna=False, observed=True
        )
        picked = [groups["equity"].idxmax(), groups["equity"].idxmin(), groups.tail(1).index]
        for labels in picked:
            stays.loc[labels] = True
    return points[stays].tail(POINTS_KEPT).reset_index(drop=True)


def _united(known: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Return both, ascending; of one moment what was told last."""
    whole = pd.concat([known, told], ignore_index=True)
    return _ascending(whole.drop_duplicates(KEY, keep="last"))


def _ascending(points: pd.DataFrame) -> pd.DataFrame:
    if not points["ts_event"].is_monotonic_increasing:
        points = points.sort_values("ts_event", kind="stable")
    return points.reset_index(drop=True)


def _word(value: Any) -> str | None:
    return None if value is None or value != value or value == "" else str(value)
