"""The whole of Stock-Trader: two accounts, their list, their price caches."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from demo.alpaca_desk import Desk
from demo.script import Script
from demo.stock_trader.account import LOGS, Account
from demo.stock_trader.cache import caches

ACCOUNTS: Final = {"PA3T8N36NVJK": 8080, "PA3I05031HZL": 8081}
"""Account → the port of its bot's health endpoint."""
MODELS: Final = {
    "PA3T8N36NVJK": ("SectorRotationModel_v1", "SectorRotationBull_v1", "SectorRotationBear_v1"),
    "PA3I05031HZL": ("SectorRotationAdaptive_v3",),
}
UNIVERSE: Final = ("XLK", "XLF", "XLE", "XLV", "XLI", "XLP", "XLU", "XLY", "XLC", "XLB", "XLRE")
CYCLE_SECONDS: Final = 20.0


class StockTrader(Script):
    """Writes audit logs, `accounts.yaml` and price caches.

    Args:
        seed: the same seed and start write the same; the first account is that of the simulated
            broker of this seed.
        start_ns: the moment it starts, in nanoseconds since the epoch.
        ports: account → port of its health endpoint, where they are not the usual ones.
    """

    def __init__(self, seed: int, start_ns: int, ports: dict[str, int] | None = None) -> None:
        super().__init__(start_ns)
        self._seed = seed
        self._ports = ACCOUNTS | (ports or {})
        self.begin(self._prepare())

    def _prepare(self) -> Iterator[float]:
        """The first moment; only then, because what a broker's calendar needs loads slowly."""
        self.file("production/configs/accounts.yaml", _accounts_yaml(self._ports))
        for number, account in enumerate(ACCOUNTS):
            # A folder of the account is there before its bot has written a line.
            self.text(f"{LOGS}/{account}/performance.jsonl", "")
            desk = Desk(self._seed + number, self.now)
            if not number:
                for name, content in caches(desk).items():
                    self.file(f"data/equities/{name}", content)
            random = Random(f"{self._seed}/{account}")
            self.begin(Account(self, random, desk, account).live(CYCLE_SECONDS))
        yield 0.0


def health(account: str, uptime_seconds: float, now: str, *, errors: int = 0) -> dict[str, Any]:
    """Return what the bot's `/health` answers; one that had errors is degraded."""
    models = [
        {"name": name, "budget_fraction": round(1 / len(MODELS[account]), 2),
         "universe": list(UNIVERSE), "parameters": {"momentum_period": 126, "top_n": 3},
         "stage": "paper"}
        for name in MODELS[account]
    ]  # fmt: skip
    return {
        "status": "degraded" if errors else "healthy",
        "timestamp": now,
        "uptime_seconds": int(uptime_seconds),
        "total_cycles": int(uptime_seconds // CYCLE_SECONDS),
        "last_cycle_ago_seconds": int(uptime_seconds % CYCLE_SECONDS),
        "errors": errors,
        "warnings": 0,
        "issues": [f"{errors} errors recorded"] if errors else [],
        "models": models,
        "alpaca_connected": True,
        "regime": {"equity": "bull", "volatility": "normal", "crypto": "neutral",
                   "macro": "neutral", "timestamp": now},
    }  # fmt: skip


def _accounts_yaml(ports: dict[str, int]) -> str:
    lines = ["# Account ids are the broker's numbers; keys come from the environment.", "accounts:"]
    for account, port in ports.items():
        lines += [
            f"  {account}:",
            f'    api_key: "${{ALPACA_KEY_{account}}}"',
            f'    secret_key: "${{ALPACA_SECRET_{account}}}"',
            "    paper: true",
            f"    health_port: {port}",
            "    param_profile: default",
            "    models:",
            *(f"      - {name}" for name in MODELS[account]),
        ]
    return "\n".join(lines) + "\n"
