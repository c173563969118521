"""What lines of Aurora count as in `/status`, where no real session has such lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.data_sources.aurora_records import TS, runner
from tests.test_golden_aurora import status_of


def log(path: Path, *records: dict[str, Any]) -> Path:
    """Write records, each a microsecond after the one before where it has the common time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    timed = [
        record | {"ts_ns": TS + 1_000 * number} if record.get("ts_ns") == TS else record
        for number, record in enumerate(records)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in timed))
    return path


def test_refusing_a_route_takes_time_as_well(tmp_path: Path) -> None:
    """Decisions that state how long they took are samples whatever they decided.

    A denial by the SLA states the latency that it refuses for, and is none.
    """
    took = {"maker": 3.0, "deny": 4.0, "taker": 5.0}
    path = log(
        tmp_path / "aurora_events.jsonl",
        *(runner("ROUTER.DECISION", route=r, latency_ms=ms) for r, ms in took.items()),
        runner("ORDER.ROUTE.DENY", route="deny", decision_ms=99.0),
        runner("SLA.DENY", phase="actual", latency_ms=500.0),
    )
    found = status_of(path)
    assert found["latency"]["decision_n"] == 4
    assert found["latency"]["decision_ms_p50"] == pytest.approx(4.5)
    assert found["routes"] == {"maker": 1, "taker": 1, "deny": 2, "cancel": 0}
    assert found["orders"]["denied"] == 3


def test_governance_tells_why_too(tmp_path: Path) -> None:
    """Its why codes count like those of denials; the free text of a transition is no code."""
    path = log(
        tmp_path / "aurora_events.jsonl",
        runner("GOVERNANCE.SPRT.BLOCK", why="WHY_GOV_SPRT_REJECT"),
        runner("GOVERNANCE.ALPHA.EXHAUSTED", why_code="WHY_GOV_ALPHA_EXHAUST"),
        runner("GOVERNANCE.SPRT.UPDATE", why="WHY_GOV_SPRT_REJECT", test_id="sprt:BTCUSDT:BUY"),
        runner("GOVERNANCE.SPRT.FINAL", why="OK_PASS"),
        runner("GOVERNANCE.TRANSITION", reason="edge mean is positive", to="canary"),
        runner("RISK.DENY", why_code="WHY_NEGATIVE_EDGE"),
    )
    assert status_of(path)["xai"]["why_code_counts"] == {
        "WHY_GOV_SPRT_REJECT": 2,
        "WHY_GOV_ALPHA_EXHAUST": 1,
        "WHY_NEGATIVE_EDGE": 1,
    }
