"""The shapes of Aurora's records, as its own writers leave them in the files."""

from __future__ import annotations

from typing import Any


def flat(code: str, ts_ns: int, details: dict[str, Any]) -> dict[str, Any]:
    """A runner's event: no symbol, no side, no id beside the details."""
    if code == "ORDER.SUBMIT" and not details.get("close"):
        return {"event_code": code, "ts_ns": ts_ns, "order_type": "open", "details": details}
    return {"event_code": code, "ts_ns": ts_ns, "details": details}


def canonical(
    code: str,
    ts_ns: int,
    run_id: str,
    details: dict[str, Any],
    *,
    symbol: str | None = None,
    cid: str | None = None,
    oid: str | None = None,
    side: str | None = None,
    order_type: str | None = None,
    price: float | None = None,
    qty: float | None = None,
    position_id: str | None = None,
    src: str | None = None,
) -> dict[str, Any]:
    """An event of the API or the order stack: every key always there, the unknown ones null."""
    return {
        "ts_ns": ts_ns,
        "run_id": run_id,
        "event_code": code,
        "symbol": symbol,
        "cid": cid,
        "oid": oid,
        "side": side,
        "order_type": order_type,
        "price": price,
        "qty": qty,
        "position_id": position_id,
        "details": details,
        "src": src,
    }


def outcome(
    ts_ns: int,
    run_id: str,
    *,
    cid: str | None = None,
    oid: str | None = None,
    lifecycle_state: str | None = None,
    reason_code: str | None = None,
    reason_detail: str | None = None,
    reason_class: str | None = None,
    severity: str | None = None,
    action: str | None = None,
) -> dict[str, Any]:
    """A line of the API's order files: sixteen keys, symbol, side and quantity dropped."""
    return {
        "ts_ns": ts_ns,
        "run_id": run_id,
        "cid": cid,
        "oid": oid,
        "position_id": None,
        "lifecycle_state": lifecycle_state,
        "reason_code": reason_code,
        "reason_detail": reason_detail,
        "reason_class": reason_class,
        "severity": severity,
        "action": action,
        "latency_ms": None,
        "spread_bps": None,
        "vol_std_bps": None,
        "governance_gate": None,
        "reward_tag": None,
    }
