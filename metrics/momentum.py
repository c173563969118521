"""Momentum of symbols, ranked at one date that all of them share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.base import metric
from metrics.newest_rows import newest_rows
from metrics.one_source import one_source

LOOKBACK_BARS: Final = 126
"""Half a year of sessions: the last close over the one 126 bars before it."""
MOST_SESSIONS_BEHIND: Final = 5
RECENT_BARS: Final = 16
SPARE_BARS: Final = 48
DAY_NS: Final = 86_400 * 10**9
COLUMNS: Final = ("symbol", "momentum_ratio", "rank", "as_of", "held")

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@metric(unit="ratio", needs=("states",))
def momentum(
    states: Mapping[str, pd.DataFrame] | pd.DataFrame,
    *,
    lookback_bars: int = LOOKBACK_BARS,
    universe: Collection[str] | None = None,
    held: Collection[str] | None = None,
) -> pd.DataFrame:
    """Rank symbols by close / close `lookback_bars` bars before − 1, all at one date.

    Unit: ratio (0.1 is +10 %). The date is the newest on which every symbol has a bar that is not
    stale (its last bar at most five sessions behind the newest) and has bars enough; so no symbol
    gains by a bar that others do not have yet. Rank 1 is the highest, equals share a rank. Stale
    symbols and those with too few bars are listed unranked with the time of their own last bar; a
    symbol of the universe without bars has no time either. Missing is missing, never 0. Where
    several sources tell of a symbol, the one with the newest bar counts alone.

    Args:
        states: the frames of a desk by name, or a `prices` frame alone. `models` gives the
            universe and `positions` what is held where these are not given.
        lookback_bars: how far back the base lies, in the symbol's own bars.
        universe: the symbols to rank; those of the models, or all that have prices.
        held: symbols that are held; unknown (missing) where nobody tells.

    Returns:
        Columns `symbol, momentum_ratio, rank, as_of, held`, by rank, the unranked last.
    """
    frames = {"prices": states} if isinstance(states, pd.DataFrame) else states
    wanted = _universe(frames) if universe is None else list(dict.fromkeys(universe))
    rows = _ranked(_enough_bars(frames.get("prices"), wanted, lookback_bars), lookback_bars)
    known = set(rows["symbol"])
    bare = [symbol for symbol in wanted or () if symbol not in known]
    if bare:
        rows = pd.concat([rows, _rows(bare, None, None)], ignore_index=True)
    holding = _held(frames) if held is None else set(held)
    if holding is not None:
        rows["held"] = rows["symbol"].isin(list(holding)).astype("boolean")
    return rows


@dataclass(frozen=True, slots=True)
class _Bars:
    """Bars by symbol and ascending, one a day: where each symbol's begin and end."""

    symbols: list[str]
    starts: Ints
    ends: Ints
    ts: Ints
    days: Ints
    close: NDArray[np.float64]


def _enough_bars(prices: pd.DataFrame | None, wanted: list[str] | None, lookback: int) -> _Bars:
    """The bars that decide: the newest of each symbol, or all where these may not be enough.

    Not enough are fewer than what a base and the date of comparison take: then something among
    the newest rows was no bar, or of several bars of a day only one counted.
    """
    if prices is None or not {"symbol", "ts_event", "close"} <= set(prices.columns):
        prices = pd.DataFrame({"symbol": [], "ts_event": pd.DatetimeIndex([]), "close": []})
    needed = max(lookback, MOST_SESSIONS_BEHIND) + RECENT_BARS
    columns = [name for name in ("symbol", "ts_event", "close", "source") if name in prices]
    newest = newest_rows(prices[columns], needed + SPARE_BARS)
    if newest is not None:
        rows, cut = newest
        bars = _bars(rows, wanted)
        if _is_enough(bars, cut if wanted is None else cut & set(wanted), lookback, needed):
            return bars
    return _bars(prices, wanted)


def _is_enough(bars: _Bars, cut: set[str], lookback: int, needed: int) -> bool:
    """Whether the bars that were left out could change nothing."""
    lengths = bars.ends - bars.starts
    if not cut <= {name for name, n in zip(bars.symbols, lengths, strict=True) if n >= needed}:
        return False
    if not bars.symbols:
        return True
    rankable = np.flatnonzero((lengths > lookback) & _fresh(bars))
    day = _shared_day(bars, rankable)
    if day is None:
        return not len(rankable)
    before = (_row_of(bars, place, day) - bars.starts[place] for place in rankable)
    return all(n >= lookback for n in before)


def _row_of(bars: _Bars, place: Any, day: int) -> int:
    """The row of a symbol's bar of a day."""
    start, end = int(bars.starts[place]), int(bars.ends[place])
    return start + int(np.searchsorted(bars.days[start:end], day))


def _bars(prices: pd.DataFrame, wanted: list[str] | None) -> _Bars:
    prices = one_source(prices)
    codes, names = pd.factorize(prices["symbol"])
    symbols = [str(name) for name in names]
    times = pd.DatetimeIndex(prices["ts_event"])
    ts = (times if times.unit == "ns" else times.as_unit("ns")).asi8
    close = prices["close"].to_numpy(np.float64)
    good = (codes >= 0) & (close > 0) & np.isfinite(close) & (ts != pd.NaT.value)
    if wanted is not None:
        good &= np.isin(symbols, wanted)[codes] if symbols else False
    if not good.all():
        codes, ts, close = codes[good], ts[good], close[good]
    if not _in_order(codes, ts):
        order = np.lexsort((ts, codes))
        codes, ts, close = codes[order], ts[order], close[order]
    days = ts // DAY_NS
    # Of several bars of a day the last counts.
    last = np.append((codes[1:] != codes[:-1]) | (days[1:] != days[:-1]), True)[: len(codes)]
    if not last.all():
        codes, ts, days, close = codes[last], ts[last], days[last], close[last]
    starts = _starts(codes)
    ends = np.append(starts[1:], len(codes))[: len(starts)]
    return _Bars([symbols[code] for code in codes[starts]], starts, ends, ts, days, close)


def _starts(codes: NDArray[Any]) -> Ints:
    """Where each stretch of one symbol begins."""
    return np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])


def _in_order(codes: NDArray[Any], ts: Ints) -> bool:
    """Whether each symbol is one stretch, and the times in it ascend."""
    starts = _starts(codes)
    if len(starts) > 1 and not np.all(np.diff(codes[starts]) > 0):
        return False
    falls = np.flatnonzero(ts[1:] < ts[:-1]) + 1
    return bool(np.isin(falls, starts).all())


def _ranked(bars: _Bars, lookback: int) -> pd.DataFrame:
    if not bars.symbols:
        return _rows([], None, None)
    enough = (bars.ends - bars.starts > lookback) & _fresh(bars)
    rankable = np.flatnonzero(enough)
    day = _shared_day(bars, rankable)
    at = bars.ends - 1
    ratio = np.full(len(bars.symbols), np.nan)
    for place in () if day is None else rankable:
        row = _row_of(bars, place, day or 0)
        if row - bars.starts[place] >= lookback:
            at[place] = row
            ratio[place] = bars.close[row] / bars.close[row - lookback] - 1
    rows = _rows(bars.symbols, ratio, bars.ts[at])
    rows["rank"] = rows["momentum_ratio"].rank(ascending=False, method="min").astype("Int64")
    rows = rows.sort_values(["rank", "symbol"], kind="stable", na_position="last")
    return rows.reset_index(drop=True)


def _fresh(bars: _Bars) -> Mask:
    """Which symbols are at most five sessions behind; a session is a day that any of them has."""
    low = int(bars.days.min())
    sessions = np.bincount(bars.days - low, minlength=1) > 0
    later = np.cumsum(sessions[::-1])[::-1]
    last = bars.days[bars.ends - 1] - low
    fresh: Mask = later[last] - 1 <= MOST_SESSIONS_BEHIND
    return fresh


def _shared_day(bars: _Bars, places: Ints) -> int | None:
    """The newest day on which all of these symbols have a bar: nearly always among the last."""
    if not len(places):
        return None
    for newest in (RECENT_BARS, len(bars.days)):
        shared: set[int] | None = None
        for start, end in zip(bars.starts[places], bars.ends[places], strict=True):
            own = bars.days[max(start, end - newest) : end].tolist()
            shared = set(own) if shared is None else shared.intersection(own)
        if shared:
            return max(shared)
    return None


def _rows(symbols: list[str], ratio: NDArray[np.float64] | None, ts: Ints | None) -> pd.DataFrame:
    n = len(symbols)
    times = np.full(n, pd.NaT.value) if ts is None else ts
    return pd.DataFrame(
        {
            "symbol": pd.Series(symbols, dtype="str"),
            "momentum_ratio": np.full(n, np.nan) if ratio is None else ratio,
            "rank": pd.Series([pd.NA] * n, dtype="Int64"),
            "as_of": pd.DatetimeIndex(times.view("M8[ns]")).tz_localize("UTC"),
            "held": pd.Series([pd.NA] * n, dtype="boolean"),
        },
        columns=list(COLUMNS),
    )


def _universe(frames: Mapping[str, Any]) -> list[str] | None:
    """The union of all models' universes, in their order; None where no model tells one."""
    models = frames.get("models")
    if models is None or "universe" not in models:
        return None
    words = [word.strip() for text in models["universe"].dropna() for word in text.split(",")]
    return list(dict.fromkeys(filter(None, words))) or None


def _held(frames: Mapping[str, Any]) -> set[str] | None:
    positions = frames.get("positions")
    if positions is None or "symbol" not in positions:
        return None
    if "quantity" in positions:
        positions = positions[positions["quantity"] != 0]
    return set(positions["symbol"].dropna())
