"""From the write of a log line to its trace on the page, in headless Chromium.

The page is the overview over the last hour, so that the number of submitted orders only grows: the
submit that is the N-th of the log has arrived once the page says N or more. That gives a latency
for every single submit, at any rate. The chart counts as drawn with the first redraw after that.
The clock is that of the same machine, in whole milliseconds in the browser.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import writer
from benchmarks.figure import Figure, Reach
from benchmarks.server import busy

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PAST_SECONDS = 60.0
SETTLE_SECONDS = 4.0
STARTING_SECONDS = 60.0
REACH_MS = {"p50": 150.0, "p99": 400.0}

WATCH = """
window.seen = []; window.drawn = [];
let last = "", chart = null;
const look = () => {
  const place = document.querySelector('[data-metric="orders_submitted"]');
  const text = place ? place.textContent : "";
  if (text !== last) { last = text; window.seen.push([Date.now(), text]); }
};
new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true});
setInterval(() => {
  const found = document.querySelector(".js-plotly-plot");
  if (found && found !== chart && found.on) {
    chart = found;
    chart.on("plotly_afterplot", () => window.drawn.push(Date.now()));
  }
}, 100);
"""


class Arrivals(NamedTuple):
    """Latencies of submits, milliseconds: write to text, write to chart."""

    text: Any
    chart: Any


def measure(*, quick: bool) -> Iterator[Figure]:
    """Measure pushing and polling in turn, at both rates."""
    seconds = 8.0 if quick else 40.0
    for rate in 50.0, 1_000.0:
        push, poll = (_arrivals(rate, seconds, live) for live in ("push", "interval"))
        for what in "text", "chart":
            ours, theirs = getattr(push, what), getattr(poll, what)
            for name, q in ("p50", 0.5), ("p99", 0.99):
                limit = Reach(REACH_MS[name]) if what == "text" else None
                yield Figure(
                    f"write_to_{what}_{name}_{rate:g}", float(np.quantile(ours, q)), "ms",
                    "the same page by dcc.Interval at 1 s", float(np.quantile(theirs, q)),
                    limit, len(ours),
                    f"{rate:g} events/s, one page, each submit counted; worst {ours.max():.0f} ms",
                )  # fmt: skip


def _arrivals(rate: float, seconds: float, live: str) -> Arrivals:
    lasting = 2 * STARTING_SECONDS + SETTLE_SECONDS + seconds
    with busy(rate, lasting, live=live, past_seconds=PAST_SECONDS) as (server, writing, template):
        seen, drawn = _watch(server.url, seconds)
        written = writer.finish(writing, now=True)
    return _latencies(_submits(template, written), seen, drawn)


def _watch(url: str, seconds: float) -> tuple[list[tuple[int, str]], list[int]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(WATCH)
        page.goto(f"{url}/?window=1h")
        _wait_until_live(page)
        time.sleep(SETTLE_SECONDS)
        page.evaluate("window.seen = window.seen.slice(-1); window.drawn = [];")
        time.sleep(seconds)
        found = page.evaluate("[window.seen, window.drawn]")
        chromium.close()
    return found[0], found[1]


def _wait_until_live(page: Any) -> None:
    ends = time.monotonic() + STARTING_SECONDS
    # Not wait_for_function: the page's own policy forbids what that does.
    while not page.evaluate("window.seen.length > 3 && window.drawn.length > 1"):
        if time.monotonic() > ends:
            raise TimeoutError(f"nothing moves: {page.evaluate('[window.seen, window.drawn]')}")
        time.sleep(0.2)


def _submits(template: Path, written: dict[str, Any]) -> Any:
    """When each opening submit of the log was really written, epoch milliseconds."""
    lines, moments = np.array(written["batches"], np.int64).T
    numbers = []
    with template.open("rb") as log:
        for number, line in enumerate(log):
            if b'"ORDER.SUBMIT"' in line and not json.loads(line)["details"].get("close"):
                numbers.append(number)
    batch = np.searchsorted(lines, np.array(numbers), "right")
    return moments[batch[batch < len(moments)]] / 1e6


def _latencies(submits: Any, seen: list[tuple[int, str]], drawn: list[int]) -> Arrivals:
    moments = np.array([moment for moment, _ in seen], float)
    counts = np.maximum.accumulate(
        [int("".join(filter(str.isdigit, text)) or 0) for _, text in seen]
    )
    numbers = np.arange(counts[0] + 1, min(counts[-1], len(submits)) + 1)
    if not len(numbers):
        raise RuntimeError(f"the page stood still: {seen[-3:]}")
    arrived = moments[np.searchsorted(counts, numbers)]
    written = submits[numbers - 1]
    redraws = np.array(drawn, float)
    after = np.searchsorted(redraws, arrived, "left")
    shown = after < len(redraws)
    return Arrivals(arrived - written, redraws[after[shown]] - written[shown])
