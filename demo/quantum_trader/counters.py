"""What Quantum Trader counts for Prometheus: how often its risk gate decided, and what for."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

WHAT: Final = {
    "risk_gate_decisions": "Decisions of the risk gate",
    "ess_triggers": "Triggers of the emergency stop",
    "exchange_failover_events": "Exchanges that were changed for another",
    "stress_scenario_runs": "Runs of stress scenarios",
}
Labels = tuple[tuple[str, str], ...]


class Counters:
    """Counts since its process began, as a Prometheus client does.

    Attributes:
        begin: what was before is not counted: it was another process, or written at once.
    """

    def __init__(self) -> None:
        self.begin: dt.datetime | None = None
        self._counted: Counter[tuple[str, Labels]] = Counter()
        self._lock = threading.Lock()

    def count(self, at: dt.datetime, what: str, **labels: str) -> None:
        """Count one of `WHAT` that happened at a moment."""
        if self.begin is not None and at >= self.begin:
            with self._lock:
                self._counted[what, tuple(sorted(labels.items()))] += 1

    def exposition(self) -> bytes:
        """All counters, and since when the process runs, in Prometheus' text format."""
        # Loaded at the first question: nobody's first line has to wait for it.
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def collect(self) -> Iterator[Any]:
        """The counters as the client library asks for them."""
        from prometheus_client.core import CounterMetricFamily

        with self._lock:
            counted = sorted(self._counted.items())
        for what, told in WHAT.items():
            family = CounterMetricFamily(what, told)
            for (name, labels), number in counted:
                if name == what:
                    family.add_sample(f"{what}_total", dict(labels), number)
            yield family
