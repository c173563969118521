"""Every real file of Aurora: lines, kinds, times and reasons, counted by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from data_sources import JsonlSource

TWIN = "telemetry.twin."

KINDS = {
    "tmp_debug_cancel": {
        "risk.decision": 1, "route.decided": 1, "order.submitted": 1, "order.accepted": 1,
        "order.skipped": 3, "order.denied": 3, TWIN + "order.denied": 3, TWIN + "order.accepted": 1,
    },
    "tmp_synth.jsonl": {"signal": 1, "risk.decision": 1, "route.decided": 1, "order.denied": 1},
    "tests/fixtures": {"order.denied": 2, "risk.decision": 1},
    "regenerated/api_orders": {
        "order.filled": 1, "order.rejected": 1, "order.denied": 1, TWIN + "order.denied": 1,
        TWIN + "order.rejected": 1, TWIN + "order.filled": 1,
    },
    "regenerated/m_gate": {
        "risk.decision": 2, "route.decided": 2, "order.denied": 4, "order.skipped": 2,
        TWIN + "order.denied": 4,
    },
    "regenerated/m_neg": {
        "risk.decision": 1, "route.decided": 1, "order.submitted": 1, "order.filled": 1,
        "order.skipped": 3, "order.denied": 3, TWIN + "order.denied": 3, TWIN + "order.filled": 1,
    },
    "regenerated/m_open": {
        "risk.decision": 4, "route.decided": 4, "order.submitted": 4, "order.filled": 4,
        TWIN + "order.filled": 4,
    },
    "regenerated/s_fail": {
        "risk.decision": 2, "route.decided": 2, "order.submitted": 2, "order.rejected": 2,
        TWIN + "order.rejected": 2,
    },
    "regenerated/s_gate": {
        "risk.decision": 2, "route.decided": 2, "order.denied": 2, TWIN + "order.denied": 2,
    },
    "regenerated/s_neg": {
        "risk.decision": 1, "route.decided": 1, "order.submitted": 1, "order.filled": 1,
        "order.skipped": 3, TWIN + "order.filled": 1,
    },
    "regenerated/s_open": {
        "risk.decision": 2, "route.decided": 2, "order.submitted": 4, "order.filled": 4,
        TWIN + "order.filled": 4,
    },
    "regenerated/s_pend": {
        "risk.decision": 1, "route.decided": 1, "order.submitted": 1, "order.accepted": 1,
        "order.cancel_requested": 1, "order.canceled": 1, TWIN + "order.accepted": 1,
    },
    "regenerated/synthetic_flow": {
        "signal": 15, "risk.decision": 3, "order.denied": 3, "error": 4,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_kinds(realdata: Path, name: str) -> None:
    """Each real log gives exactly these kinds, loses no line and sets none aside."""
    path = realdata / "aurora" / name
    files = [path] if path.is_file() else sorted(path.rglob("*.jsonl"))
    reading = JsonlSource(path).read()
    assert Counter(reading.frame["kind"]) == KINDS[name]
    assert reading.counts.lines_in == sum(len(file.read_bytes().splitlines()) for file in files)
    assert reading.counts.accepted == len(reading.frame)
    assert reading.counts.quarantined == {}
    assert reading.counts.balanced


def test_the_real_nine_milliseconds(realdata: Path) -> None:
    """The one real log: submit to ack 0.994 ms to the nanosecond, all denials of one reason."""
    frame = JsonlSource(realdata / "aurora/tmp_debug_cancel").read().frame
    own = frame[~frame["kind"].str.startswith("telemetry.")].set_index("kind")
    waited = own.loc["order.accepted", "ts_event"] - own.loc["order.submitted", "ts_event"]
    assert waited.value == 994_048
    assert set(own.loc["order.denied", "reason"]) == {"WHY_NEGATIVE_EDGE"}
    assert own.loc["route.decided", "route"] == "maker"
    assert own.loc["order.accepted", "client_order_id"] == "aurora_1756757303117_1"
    assert set(frame["session_id"]) == {"tmp_debug_cancel"}
    lasted = frame["ts_event"].max() - frame["ts_event"].min()
    assert lasted.total_seconds() < 0.01


def test_reasons_of_every_denial(realdata: Path) -> None:
    """Every denial, rejection and skip of the runner's sessions says why."""
    frame = JsonlSource(realdata / "aurora/regenerated", dialect="aurora").read().frame
    kinds = ["order.denied", "order.rejected", "order.skipped"]
    told = frame[frame["kind"].isin(kinds) & (frame["code"] != "SLA.DENY")]
    assert told["reason"].notna().all()
    assert set(told["reason"]) == {
        "WHY_NEGATIVE_EDGE", "SPREAD_GUARD", "WHY_CONN_ERR", "EXCHANGE_MARGIN_INSUFFICIENT",
        "expected_return_gate",
    }  # fmt: skip
