"""The whole of Peak_Trade: its tasks."""

from __future__ import annotations

from random import Random

from demo.peak_trade.cycles import cycles
from demo.peak_trade.runs import run_after_run
from demo.peak_trade.sessions import Sessions, telemetry_health, tidy_up
from demo.script import Script


class PeakTrade(Script):
    """Writes run folders, session files, execution telemetry, alerts and a session's cycles.

    Args:
        seed: the same seed and start write the same.
        start_ns: the moment it starts, in nanoseconds since the epoch.
    """

    def __init__(self, seed: int, start_ns: int) -> None:
        super().__init__(start_ns)
        self.begin(Sessions(self, Random(f"{seed}/sessions")).live())
        self.begin(cycles(self, Random(f"{seed}/cycles")))
        self.begin(tidy_up(self))
        self.begin(telemetry_health(self, Random(f"{seed}/health")))
        self.begin(run_after_run(self, Random(f"{seed}/runs")))
