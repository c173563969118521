"""The sources of a desk that watches the simulated systems, as tables of its configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

Tables = dict[str, dict[str, Any]]
SECRETS: Final = ("api_key", "secret_key", "token")
SERVICE: Final = "service "
"""Begins the names of URLs that belong to one of a system's several services."""


def sources_of(system: str, root: Path, urls: Mapping[str, str]) -> Tables:
    """Return name → table for one system.

    Args:
        system: its name.
        root: its folder.
        urls: what is served of it; without a URL a source is left out, or its file is taken.
    """
    tables = _TABLES[system](root, urls)
    return {
        name: table
        for name, table in tables.items()
        if all(table[key] for key in ("url", "services") if key in table)
    }


def to_toml(tables: Tables) -> str:
    """Return them as a `deskwatch.toml`; secrets are told as the variables they belong into."""
    lines = ["[desk]", 'name = "Demo desk"', 'environment = "demo"']
    for name, table in tables.items():
        lines += ["", f"[sources.{name}]"]
        for key, value in table.items():
            if key in SECRETS:
                lines.append(f"# made up, for the environment: {variable_of(name, key)}={value}")
            else:
                lines.append(f"{key} = {_value(value)}")
    return "\n".join(lines) + "\n"


def variable_of(source: str, key: str) -> str:
    """Return the variable of the environment that holds a secret of a source."""
    return f"DESKWATCH_SOURCES__{source.upper()}__{key.upper()}"


def _value(value: Any) -> str:
    """A value as TOML has it; what is nested stands inline."""
    if not isinstance(value, dict):
        return json.dumps(value)
    return "{ " + ", ".join(f"{key} = {json.dumps(each)}" for key, each in value.items()) + " }"


def _jsonl(path: Path, dialect: str, **more: Any) -> dict[str, Any]:
    return {"kind": "jsonl", "path": str(path), "dialect": dialect, **more}


def _aurora(root: Path, urls: Mapping[str, str]) -> Tables:
    health = {"kind": "health", "url": urls.get("health"), "every_seconds": 1.0}
    return {"aurora": _jsonl(root, "aurora"), "bot": health}


def _quantum_trader(root: Path, urls: Mapping[str, str]) -> Tables:
    state = root / "backend/data/trade_state.json"
    services = {k.removeprefix(SERVICE): v for k, v in urls.items() if k.startswith(SERVICE)}
    return {
        "quantum": _jsonl(root, "quantum_trader", stale_after_seconds=30),
        "quantum_positions": {
            "kind": "json_file",
            "path": str(state),
            "dialect": "quantum_trader",
            "told_as": "telemetry.trade_state",
            "stale_after_seconds": 600,
        },
        "quantum_live": {"kind": "marker", "path": str(root / "go_live.active")},
        "quantum_backend": {"kind": "health", "url": urls.get("health"), "every_seconds": 5},
        "quantum_services": {"kind": "rest", "dialect": "quantum_trader", "services": services},
        "quantum_gate": {
            "kind": "prometheus",
            "url": urls.get("metrics"),
            "dialect": "quantum_trader",
        },
        "quantum_streams": {
            "kind": "redis_streams",
            "url": urls.get("redis"),
            "dialect": "quantum_trader",
            "stale_after_seconds": 60,
        },
    }


def _peak_trade(root: Path, _: Mapping[str, str]) -> Tables:
    sessions = root / "reports/experiments/live_sessions"
    return {
        "peak_execution": _jsonl(root / "logs", "peak_trade", stale_after_seconds=60),
        "peak_cycles": _jsonl(root / "sessions", "peak_trade", stale_after_seconds=30),
        "peak_alerts": _jsonl(root / "live_runs/alerts", "peak_trade", stale_after_seconds=900),
        "peak_runs": {"kind": "runs", "path": str(root / "live_runs")},
        "peak_sessions": {"kind": "sessions", "path": str(sessions)},
        "peak_logs": {
            "kind": "log_folder",
            "path": str(root / "logs/execution"),
            "every_seconds": 10,
        },
    }


def _rick(root: Path, urls: Mapping[str, str]) -> Tables:
    zone = {"timezone": "America/New_York", "stale_after_seconds": 60}
    arena = _jsonl(root / "arena/events.jsonl", "rick", stale_after_seconds=120)
    if "arena" in urls:
        arena = {"kind": "sse", "url": urls["arena"], "dialect": "rick"}
    orders = {"kind": "rest", "dialect": "rick", "url": urls.get("orders")}
    orders |= {"token": urls.get("token", "")}
    if "account" not in urls:
        # The account is written into their program: who asks for it, is never well.
        orders["endpoints"] = ["oanda_orders", "coinbase_orders"]
    narration = _jsonl(root / "narration.jsonl", "rick", **zone)
    return {"rick": narration, "arena": arena, "rick_orders": orders}


def _stock_trader(root: Path, urls: Mapping[str, str]) -> Tables:
    logs = root / "production/local_logs"
    accounts = root / "production/configs/accounts.yaml"
    tables: Tables = {
        f"stock_{number}": _jsonl(
            logs / account, "stock_trader", account_id=account, stale_after_seconds=120
        )
        for number, account in enumerate(("PA3T8N36NVJK", "PA3I05031HZL"), start=1)
    }
    tables["stock_accounts"] = {
        "kind": "accounts",
        "path": str(accounts),
        "logs_path": str(logs),
        "probe": "accounts" in urls,
        "calendar": "XNYS",
    }
    tables["stock_prices"] = {
        "kind": "parquet",
        "path": str(root / "data/equities"),
        "calendar": "XNYS",
        "newest_bars": 260,
    }
    broker: dict[str, Any] = {"kind": "alpaca", "url": urls.get("broker")}
    broker |= {"data_url": urls.get("broker"), "account_id": "PA3T8N36NVJK"}
    broker |= {secret: urls.get(secret, "") for secret in ("api_key", "secret_key")}
    tables["stock_broker"] = broker
    return tables


_TABLES: Final = {
    "aurora": _aurora,
    "quantum_trader": _quantum_trader,
    "peak_trade": _peak_trade,
    "rick": _rick,
    "stock_trader": _stock_trader,
}
