"""What one tick costs: the view, the overview's rendering, its bytes; and as the history grows.

Measured without threads, in a process of its own: a ledger that holds five minutes at 1,000
events/s (and more before them) is told 100 new events, then viewed and rendered, 100 ms after 100
ms of the log's own time. The rival builds the same few charts as `go.Figure` objects.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure, Reach
from benchmarks.fresh import fresh, interleaved, middle
from benchmarks.scratch import Log, aurora_log

RATE = 1_000.0
TICK_EVENTS = 100
"""Events that arrive within a tick of 100 ms."""
RIVAL = "three go.Figure charts of 3 × 300 points, to JSON"


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure the parts of a tick, then the same with ten times the history."""
    window = 30.0 if quick else 300.0
    ticks, rounds = (20, 1) if quick else (100, 3)
    short = round(window * RATE)
    log = aurora_log(short * 10 + ticks * TICK_EVENTS, rate=RATE)
    near, far, plain = interleaved(
        rounds,
        lambda: _ticks(log, short, ticks, window),
        lambda: _ticks(log, 10 * short, ticks, window),
        lambda: fresh("benchmarks.tick:go_figures", times=ticks),
    )
    note = f"{TICK_EVENTS} new events, window {window:g} s at {RATE:g} events/s"
    rival_ms = float(median(plain))
    for part, what in _PARTS.items():
        yield Figure(f"tick_{part}_cpu", middle(near, part), "ms", RIVAL, rival_ms,
                     n=ticks * rounds, note=f"{what}; {note}")  # fmt: skip
    whole = [sum(r[part] for part in _PARTS) for r in near]
    grown = [sum(r[part] for part in _PARTS) for r in far]
    yield Figure(
        "tick_growth", median(grown) / median(whole), "×", "the same with a tenth of the history",
        1.0, Reach(1.1), ticks * rounds,
        f"CPU of a tick after {far[0]['events']} events beside {near[0]['events']}: "
        f"{median(grown):.2f} and {median(whole):.2f} ms",
    )  # fmt: skip


_PARTS = {
    "decode": "bytes to the event frame",
    "fold": "the frame into the ledger",
    "view": "the ledger's picture of the window",
    "overview": "build() of the overview and its JSON",
    "status": "the JSON of /status, from the same picture",
}


def _ticks(log: Log, before: int, ticks: int, window: float) -> dict[str, Any]:
    path = str(log.path)
    return dict(
        fresh("benchmarks.tick:ticks", path=path, before=before, ticks=ticks, window=window)
    )


def ticks(path: str, before: int, ticks: int, window: float) -> dict[str, Any]:
    """Fold `before` events, then tick; the medians in milliseconds of CPU."""
    from data_sources.dialects.dialect import load_dialect
    from desk.memory import calm_the_collector
    from ledger import Ledger

    ledger, page = Ledger(), _Overview()
    calm_the_collector()
    with Path(path).open("rb") as log:
        lines = log.readlines()[: before + ticks * TICK_EVENTS]
    reader = _Reader(load_dialect("aurora"))
    for first in range(0, before, 20_000):
        ledger.fold(reader.frame(lines[first : min(before, first + 20_000)]))
    spent: dict[str, list[float]] = {part: [] for part in _PARTS}
    for first in range(before, before + ticks * TICK_EVENTS, TICK_EVENTS):
        batch = lines[first : first + TICK_EVENTS]
        moments = [time.process_time()]
        frame = reader.frame(batch)
        moments.append(time.process_time())
        ledger.fold(frame)
        moments.append(time.process_time())
        view = ledger.view(window_seconds=window)
        moments.append(time.process_time())
        page.render(view)
        moments.append(time.process_time())
        page.status(view)
        moments.append(time.process_time())
        for part, begun, ended in zip(_PARTS, moments, moments[1:], strict=False):
            spent[part].append((ended - begun) * 1e3)
    return {"events": before} | {part: median(values) for part, values in spent.items()}


class _Reader:
    """Bytes to frames, as JsonlSource does it, without a file."""

    def __init__(self, dialect: Any) -> None:
        from data_sources.lines.decode import Decoder

        self._decoder = Decoder(dialect)

    def frame(self, lines: list[bytes]) -> Any:
        from data_sources.lines.frame import Stretch, event_frame

        now = time.time_ns()
        columns, _ = self._decoder.decode(b"".join(lines), now)
        return event_frame(
            columns,
            self._decoder.table,
            [Stretch(len(columns), "aurora_events.jsonl#0", "log")],
            source="aurora",
            system="aurora",
            account_id=None,
            received_ns=now,
        )


class _Overview:
    """The overview's build() and the status document, as the server makes them."""

    def __init__(self) -> None:
        import dash

        dash.Dash(__name__, use_pages=True, pages_folder="")
        from pages import overview
        from web.filters import Filters
        from web.promised import aurora
        from web.wire import to_json

        self._page, self._aurora, self._json = overview, aurora, to_json
        self._filters = Filters.from_query({}, default_window="5m")

    def render(self, view: Any) -> bytes:
        view.desk = {"name": "bench", "environment": "demo", "timezone": "UTC", "demo": True}
        return bytes(self._json(self._page.build(view, self._filters)))

    def status(self, view: Any) -> bytes:
        return bytes(self._json(self._aurora.status(view)))


def go_figures(times: int) -> float:
    """The rival: figure objects as most dashboards build them; median milliseconds of CPU."""
    import numpy as np
    import plotly.graph_objects as go

    x, spent = np.arange(300), []
    for _ in range(times):
        begun = time.process_time()
        for _ in range(3):
            y = np.random.default_rng(7).random((3, 300))
            go.Figure([go.Scatter(x=x, y=line) for line in y]).to_json()
        spent.append((time.process_time() - begun) * 1e3)
    return median(spent)
