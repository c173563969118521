"""The whole bot: who writes in which session, and how often, so that the rate comes out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

from demo.aurora.governance import Governance
from demo.aurora.market import Market
from demo.aurora.runner import Runner
from demo.aurora.stack import Stack
from demo.aurora.timeline import NS, Line, Timeline

LINES_PER_INTENT: Final = 7.2
"""Mean number of event lines that an intent leads to; only the first guess, see `_gap`."""
CATCH_UP_SECONDS: Final = 20.0


class AuroraBot:
    """A believable Aurora: runner A, runner B, and the order stack with its governance.

    Args:
        random: every choice comes from here; the same seed makes the same bot.
        rate: event lines a second in the mean; order files are written beside them.
        start_ns: the moment it starts, in nanoseconds since the epoch.
        sessions: True for a folder for each writer, False for one folder with all of them and no
            order files (one runner then, of one variant after the other).
        live_ns: where the past ends that it wrote before anybody looked, in nanoseconds since the
            epoch: no stop begins shortly before and after it.
    """

    def __init__(
        self,
        random: Random,
        *,
        rate: float = 50.0,
        start_ns: int,
        sessions: bool = True,
        live_ns: int = 0,
    ) -> None:
        if rate <= 0:
            raise ValueError(f"rate: was {rate}; it must be above 0")
        self.rate = rate
        self._random = random
        self._timeline = Timeline(start_ns)
        self._market = Market(random)
        stamp = dt.datetime.fromtimestamp(start_ns / NS, tz=dt.UTC).strftime("%Y%m%d-%H%M%S")
        names = (f"run_{stamp.replace('-', '_')}", "testnet_session", stamp)
        first, second, third = names if sessions else ("", "", "")
        self._stack = Stack(random, self._market, self._timeline, third, stamp, sessions)
        written = (random, self._market, self._timeline)
        self._governance = Governance(*written, third, first, stamp, live_ns - start_ns)
        tick = 0.5 * 50.0 / rate
        shared = (random, self._market, self._timeline)
        self._runners = [Runner(*shared, first, "A", tick, stamp, sessions)]
        if sessions:
            self._runners.append(Runner(*shared, second, "B", tick, stamp, sessions))
        self._switching = not sessions
        self._governance.start(0)
        if sessions:
            self._governance.start(1_000_000, first)
        self._wakes = [100_000_000 // (i + 1) for i in range(len(self._runners))]
        self._wakes += [50_000_000, 700_000_000]
        self._intents = 0
        self._intent_lines = 0
        self._now = 0

    @property
    def truth(self) -> dict[str, Counter[str]]:
        """By session, what the lines handed out so far add up to.

        The keys: submitted, ack, filled, partial (events), cancelled, expired, failed, denied,
        skipped, closes_submitted, closes_ack, route.maker, route.taker, route.deny.
        """
        return self._timeline.truth

    @property
    def start_ns(self) -> int:
        """The moment it started."""
        return self._timeline.start_ns

    @property
    def halted(self) -> bool:
        """Whether it stands still at the moment it was last asked for."""
        return self._now < self._stack.halted_until

    def until(self, seconds: float) -> list[Line]:
        """The lines due until *seconds* after the start and not yet handed out, oldest first."""
        until = round(seconds * NS)
        while (wake := min(self._wakes)) <= until:
            self._step(self._wakes.index(wake), wake)
        self._now = max(self._now, until)
        return self._timeline.due(until)

    @property
    def next_seconds(self) -> float:
        """Seconds after the start before which nothing is due."""
        due = self._timeline.next_due
        wake = min(self._wakes)
        return (wake if due is None else min(due, wake)) / NS

    def next_events(self) -> list[Line]:
        """The next lines that are due at one moment; never empty."""
        while True:
            due = self._timeline.next_due
            wake = min(self._wakes)
            if due is not None and due < wake:
                self._now = max(self._now, due)
                return self._timeline.due(due)
            self._step(self._wakes.index(wake), wake)

    def __iter__(self) -> Iterator[Line]:
        while True:
            yield from self.next_events()

    def _step(self, who: int, now: int) -> None:
        if who < len(self._runners):
            runner = self._runners[who]
            self._wakes[who] = runner.step(now)
            if self._switching and runner.idle and self._random.random() < 0.002:
                runner.variant = "B" if runner.variant == "A" else "A"
        elif who == len(self._runners):
            before = self._timeline.planned
            self._stack.halted_until = self._governance.halted_until
            self._stack.intent(now)
            self._intents += 1
            self._intent_lines += self._timeline.planned - before
            self._wakes[who] = now + self._gap(now)
        else:
            self._wakes[who] = self._governance.step(now)

    def _gap(self, now: int) -> int:
        """To the next intent: what the runners leave of the rate, corrected by what is planned."""
        elapsed = max(now / NS, 0.5)
        per_intent = (LINES_PER_INTENT * 200 + self._intent_lines) / (200 + self._intents)
        others = self._timeline.planned - self._intent_lines
        left = max(self.rate - min(others / elapsed, self.rate * 0.6), self.rate * 0.2)
        behind = self.rate * elapsed - self._timeline.planned
        correction = min(2.0, max(0.4, 1.0 + behind / (self.rate * CATCH_UP_SECONDS)))
        mean = per_intent / (left * correction * self._market.mood.intensity)
        return round(self._random.expovariate(1 / mean) * NS) + 1
