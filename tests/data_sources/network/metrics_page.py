"""A process with Prometheus counters: the real client behind a real server, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, start_http_server

from data_sources.prometheus import PrometheusSource
from tests.data_sources.network.services import Clock

LABELS = ("decision", "reason", "account", "exchange", "strategy")


class Gate:
    """A risk gate that counts its decisions, as Quantum Trader's does.

    Attributes:
        url: of its metrics; the port stays the same over a restart.
    """

    def __init__(self) -> None:
        self._port = 0
        self.start()

    def start(self) -> None:
        """Begin to serve, with counters that were never counted."""
        self.registry = CollectorRegistry()
        self._decisions = Counter(
            "risk_gate_decisions_total", "Decisions", LABELS, registry=self.registry
        )
        self._server, self._thread = start_http_server(
            self._port, addr="127.0.0.1", registry=self.registry
        )
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}/metrics"

    def decide(self, decision: str, reason: str = "all_risk_checks_passed", times: int = 1) -> None:
        """Count so many decisions."""
        self._decisions.labels(decision, reason, "default", "binance", "ai").inc(times)

    def stop(self) -> None:
        """End the server; nothing that was counted is kept."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


@contextmanager
def gate() -> Iterator[Gate]:
    """A running gate, ended at the end."""
    found = Gate()
    try:
        yield found
    finally:
        found.stop()


def counted(url: str, clock: Clock, **options: Any) -> PrometheusSource:
    """A source of Quantum Trader's counters whose clock is moved by hand."""
    told = {"dialect": "quantum_trader", "name": "gate", "now": clock, **options}
    return PrometheusSource(url, **told)
