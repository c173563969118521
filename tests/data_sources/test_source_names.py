"""Attached sources go by names that say of which system each is."""

from __future__ import annotations

import pytest

from data_sources.source_names import name_within


@pytest.mark.parametrize(
    ("name", "dialect", "told"),
    [
        ("audit", "quantum_trader", "quantum_audit"),
        ("20261122-100809", "aurora", "aurora_20261122-100809"),
        ("logs", "rick", "rick_logs"),
        ("peak_runs", "peak_trade", "peak_runs"),
        ("PA2_stock_trader", "stock_trader", "PA2_stock_trader"),
        ("logs", "generic", "logs"),
        ("logs", "auto", "logs"),
        ("live_runs", "", "live_runs"),
    ],
)
def test_a_name_says_its_system_once(name: str, dialect: str, told: str) -> None:
    """The first word of the system stands before it, unless it is in it or nobody knows."""
    assert name_within(name, dialect) == told
