"""The whole of Quantum Trader: its tasks, and the files that stand there from the start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any

from demo.quantum_trader.decisions import decide, observe
from demo.quantum_trader.market import Book
from demo.quantum_trader.trades import saver, watch
from demo.quantum_trader.watchers import audit, backend, heal
from demo.script import Script


class QuantumTrader(Script):
    """Writes trades, decisions, audit, self-healing, state and its go-live marker.

    Args:
        seed: the same seed and start write the same.
        start_ns: the moment it starts, in nanoseconds since the epoch.
    """

    def __init__(self, seed: int, start_ns: int) -> None:
        super().__init__(start_ns)
        self.book = book = Book(Random(f"{seed}/prices"))
        save = saver(self, book)
        self.begin(self._go_live())
        self.begin(decide(self, Random(f"{seed}/decide"), book, save))
        self.begin(observe(self, Random(f"{seed}/observe"), book))
        self.begin(watch(self, Random(f"{seed}/watch"), book, save))
        self.begin(audit(self, Random(f"{seed}/audit"), book))
        self.begin(heal(self, Random(f"{seed}/heal")))
        self.begin(backend(self, Random(f"{seed}/backend")))
        save()

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and body of the backend's `/health` at this moment."""
        phases = {"market_data": "ok", "ai_engine": "ok", "execution": "ok"}
        status = "degraded" if self.book.halted else "ok"
        now = dt.datetime.now(dt.UTC).isoformat()
        return 200, {"status": status, "timestamp": now, "phases": phases}

    def _go_live(self) -> Iterator[float]:
        """The marker that makes trading real, and the configuration that belongs to it."""
        now = self.now.isoformat()
        self.file(
            "config/go_live.yaml",
            "environment: testnet\nactivation_enabled: true\nallowed_profiles:\n  - micro\n"
            f"default_profile: micro\nlast_activation_timestamp: '{now}'\nactivation_count: 2\n",
        )
        self.file(
            "go_live.active",
            f"activated: true\ntimestamp: {now}\noperator: Ops\nenvironment: testnet\n"
            "allowed_profiles: micro\n",
        )
        yield 0.0
