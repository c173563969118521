"""Records in the shapes that Aurora has written over time."""

from __future__ import annotations

from typing import Any

TS = 1_756_757_303_117_239_040


def runner(code: str, /, **details: Any) -> dict[str, Any]:
    return {"event_code": code, "ts_ns": TS, "details": details}


def canonical(code: str, details: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    keys = ["symbol", "cid", "oid", "side", "order_type", "price", "qty", "position_id"]
    record = {"ts_ns": TS, "run_id": "20261121-082919", "event_code": code}
    return {**record, **dict.fromkeys(keys), **fields, "details": details or {}, "src": "api"}


SHAPES = {
    "canonical": (canonical("ORDER.FILL", {"fill_qty": 1}, oid="1"), TS),
    "runner": (runner("ORDER.FILL", fill_qty=1), TS),
    "anti-flood wrapper": (
        {"ts": TS // 10**6, "type": "ORDER.FILL", "payload": canonical("ORDER.FILL", oid="1")},
        TS,
    ),
    "wrapper around a record without a time": (
        {"ts": TS // 10**6, "type": "X", "payload": {"event_code": "ORDER.FILL", "details": {}}},
        TS // 10**6 * 10**6,
    ),
    "legacy": (
        {"type": "ORDER.FILL", "severity": "INFO", "code": "why", "payload": {"qty": 1}},
        None,
    ),
    "without time": ({"event_code": "ORDER.FILL", "details": {}}, None),
    "observability": (
        {"ts": "2025-08-24T10:04:00Z", "level": "INFO", "category": "x", "code": "ORDER.FILL"},
        1_756_029_840 * 10**9,
    ),
    "fixture": (
        {"ts": "2025-08-24T10:04:00Z", "type": "ORDER.FILL", "code": "why", "ctx": {"open": 1}},
        1_756_029_840 * 10**9,
    ),
    "P3-D": (
        {"timestamp": "2024-01-01T12:00:00Z", "event": "ORDER.FILLED", "details": {"qty": 1}},
        1_704_110_400 * 10**9,
    ),
    "P3-D with seconds": (
        {"timestamp": 1704110400.5, "event_code": "ORDER.FILLED", "details": {}},
        1_704_110_400 * 10**9 + 500_000_000,
    ),
    "dataset": (
        {"event_code": "ORDER.FILL", "cid": "c", "ts_ms": TS // 10**6, "filled_qty": 1},
        TS // 10**6 * 10**6,
    ),
}
