"""A bot's log that a story writes line by line, in the shape of Aurora's order stack."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

SECOND_NS = 1_000_000_000


class AuroraLog:
    """Appends whole lines to `<folder>/<session>/aurora_events.jsonl`, stamped with now."""

    def __init__(self, folder: Path, session: str = "run_1") -> None:
        self.file = folder / session / "aurora_events.jsonl"
        self.file.parent.mkdir(parents=True, exist_ok=True)

    def write(self, *records: dict[str, Any]) -> None:
        """Append the lines in one piece, as a bot's logger does."""
        block = "".join(json.dumps(record) + "\n" for record in records)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(block)

    def submit(self, *names: str, **more: Any) -> None:
        self.write(*(event("ORDER.SUBMIT", name, **more) for name in names))

    def acknowledge(self, *names: str, **more: Any) -> None:
        self.write(*(event("ORDER.ACK", name, **more) for name in names))

    def fill(self, *names: str, **more: Any) -> None:
        self.write(*(event("ORDER.FILL", name, **more) for name in names))

    def cancel(self, *names: str, **more: Any) -> None:
        self.write(*(event("ORDER.CANCEL.ACK", name, **more) for name in names))

    def deny(self, *names: str, why: str = "WHY_NEGATIVE_EDGE", **more: Any) -> None:
        details = {"why_code": why, "reason": why, **more.pop("details", {})}
        self.write(*(event("RISK.DENY", name, details=details, **more) for name in names))


def event(code: str, name: str | None, *, ago: float = 0.0, **more: Any) -> dict[str, Any]:
    """Give one record; `ago` seconds before now, further keys as the story wants them."""
    record: dict[str, Any] = {
        "ts_ns": time.time_ns() - round(ago * SECOND_NS),
        "run_id": "story",
        "event_code": code,
        "symbol": "BTCUSDT",
        "cid": name,
        "oid": None,
        "side": "BUY",
        "order_type": "open",
        "price": 64_000.0,
        "qty": 0.25,
        "position_id": None,
        "src": "runner",
    }
    return {**record, **more, "details": {"close": False, **more.get("details", {})}}


def history(
    count: int, seconds: float, symbols: tuple[str, ...] = ("BTCUSDT",), prefix: str = "past"
) -> list[Any]:
    """Give the lines of orders spread over the past: acknowledged, most filled, some denied."""
    lines = []
    for number in range(count):
        start = seconds * (1 - number / count)
        name = f"{prefix}-{number}"
        what = {"symbol": symbols[number % len(symbols)]}
        if number % 7 == 3:
            lines.append(event("RISK.DENY", name, ago=start, details={"why_code": "WHY_SPREAD"}))
            continue
        ack = 0.004 + 0.001 * (number % 23)
        route = {"route": "taker" if number % 3 == 0 else "maker", "decision_ms": 2 + number % 9}
        lines.append(event("POLICY.DECISION", name, ago=start + 0.001, details=route, **what))
        lines.append(event("ORDER.SUBMIT", name, ago=start, **what))
        lines.append(event("ORDER.ACK", name, ago=start - ack, **what))
        if number % 5 != 1:
            lines.append(event("ORDER.FILL", name, ago=start - 3 * ack, **what))
    return lines
