"""The runner: one thread, one symbol, one order at a time, in its two variants."""

from __future__ import annotations

from random import Random
from typing import Any, Final, Literal

from demo.aurora.market import Market
from demo.aurora.records import canonical, flat
from demo.aurora.timeline import NS, Timeline

MILLISECOND: Final = NS // 1000
SYMBOL: Final = "BTCUSDT"
GUARDS: Final = ("SPREAD_GUARD", "LATENCY_GUARD", "VOL_GUARD", "DD_GUARD", "POSITION_CAP_GUARD")
REJECTS: Final = (
    ("WHY_EX_REJECT", "Order would immediately match and take."),
    ("WHY_RATE_LIMIT", "Too many requests; current limit is 1200 per minute."),
    ("WHY_CONN_ERR", "timeout contacting exchange"),
)
ROUTED: Final = {
    "maker": ("E_maker > E_taker", "MAKER"),
    "taker": ("E_taker > E_maker", "TAKER"),
    "deny": ("E_maker < 0 and E_taker < 0", "WHY_UNATTRACTIVE"),
}


class Runner:
    """Decides every tick, as the real one: skip, deny, or submit and wait for the answer.

    Args:
        variant: A routes with ROUTE_DECISION and skips quietly; B routes with POLICY.DECISION and
            follows every skip with a RISK.DENY and a line in orders_denied.
        tick_seconds: from the end of a tick to the next.
        twins: whether the order files are written beside the events.
    """

    def __init__(
        self,
        random: Random,
        market: Market,
        timeline: Timeline,
        session: str,
        variant: Literal["A", "B"],
        tick_seconds: float,
        run_id: str,
        twins: bool = True,
    ) -> None:
        self._random = random
        self._market = market
        self._timeline = timeline
        self._session = session
        self.variant = variant
        self._tick = round(tick_seconds * NS)
        self._run_id = run_id
        self._twins = twins
        self._ticks = 0
        self._negative_left = 0
        self._position = 0.0
        self._pending = 0
        self._venue_ids = random.randrange(8_000_000_000, 9_000_000_000)
        self._now = 0

    @property
    def idle(self) -> bool:
        """Whether it holds neither a position nor a resting order."""
        return not self._position and not self._pending

    def step(self, now: int) -> int:
        """One tick; gives the time of the next."""
        self._now = now
        self._ticks += 1
        random, mood = self._random, self._market.at(now)
        if self._pending:
            self._pending -= 1
            if not self._pending:
                self._cancel()
        elif self._position and self.variant == "A" and random.random() < 0.45:
            self._close()
        elif self._negative_left > 0:
            self._negative_left -= 1
            self._skip("WHY_NEGATIVE_EDGE")
        elif random.random() < (0.10 if mood.edge_mean_bps > 0 else 0.5):
            self._negative_left = random.randrange(2, 14)
            self._skip("WHY_NEGATIVE_EDGE")
        elif random.random() < 0.03:
            self._skip("WHY_SIZING_TOO_SMALL")
        else:
            self._trade()
        return self._now + max(self._tick, MILLISECOND // 4)

    def _event(self, code: str, details: dict[str, Any], *counts: str) -> None:
        self._now += self._random.randrange(30_000, 300_000)
        record = flat(code, self._timeline.clock(self._now), details)
        self._timeline.add(self._now, self._session, record, *counts)

    def _twin(self, file: str, record: dict[str, Any]) -> None:
        if not self._twins:
            return
        at = self._now + round(self._random.triangular(0.02, 3.0, 0.05) * MILLISECOND)
        record["ts_ns"] = self._timeline.clock(at)
        self._timeline.add(at, self._session, record, file=file)

    def _skip(self, why: str) -> None:
        random = self._random
        p_cal = round(random.uniform(0.2, 0.5), 3)
        details = {"decision": "skip_open", "why_code": why, "p_cal": p_cal}
        details |= {"edge_before_bps": round((p_cal - 0.5) * 333.0, 6)}
        if why == "WHY_SIZING_TOO_SMALL":
            details |= {"notional_target": round(random.uniform(2, 9), 4), "min_notional": 10.0}
        elif self.variant == "A" and random.random() < 0.5:
            details |= {"rr": 1.0, "f_raw": round(2 * p_cal - 1, 6)}
        if self.variant == "A":
            self._event("POLICY.DECISION", details, "skipped")
            return
        self._event("POLICY.DECISION", details)
        self._deny(why)

    def _deny(self, reason: str) -> None:
        self._event("RISK.DENY", {"reason": reason}, "denied")
        self._twin("orders_denied", {"deny_reason": reason})

    def _trade(self) -> None:
        route, p_fill = self._size_and_route()
        if route == "deny":
            return
        if self.variant == "A" and self._random.random() < 0.04:
            obi, tfi = self._random.uniform(-1, -0.3), self._random.uniform(0.3, 1)
            trap = {"decision": "skip_open", "obi": obi, "tfi": tfi}
            self._event("POLICY.DECISION", trap, "skipped")
        elif self._random.random() < 0.08:
            self._deny(self._random.choice(GUARDS))
        elif self._position:
            self._close()
        else:
            if self.variant == "A" and self._random.random() < 0.5:
                self._gate_passed()
            self._open(route, p_fill)

    def _gate_passed(self) -> None:
        """The API's own record of the check that lets an order through."""
        self._now += self._random.randrange(1_000_000, 9_000_000)
        mood, random = self._market.mood, self._random
        seen: dict[str, Any] = {"gate_state": "PASS", "spread_bps": mood.spread_bps}
        seen |= {"mode": "shadow", "latency_ms": round(random.lognormvariate(2.2, 0.5), 3)}
        seen |= {"slip_bps_est": round(random.uniform(0, 2), 3), "a_bps": 4.0, "b_bps": 8.0}
        seen |= {"score": random.random(), "risk": {"dd_used_bps": 12.5}, "trap": None}
        seen |= {"sprt": {"decision": "CONTINUE", "llr": random.gauss(0, 1), "n_obs": 4}}
        details = {"decision": "EXECUTE", "reasons": [], "mode": "shadow"}
        record = canonical(
            "POLICY.DECISION",
            self._timeline.clock(self._now),
            self._run_id,
            {**details, "observability": {**seen, "reasons": []}},
            src="api",
        )
        self._timeline.add(self._now, self._session, record)

    def _size_and_route(self) -> tuple[str, float]:
        random, mood = self._random, self._market.mood
        price = self._market.price(SYMBOL, self._now)
        p_cal = min(0.95, max(0.5, random.gauss(0.72, 0.08)))
        target = 4000.0 * max(0.05, 2 * p_cal - 1) / 0.8
        sizing = {"why_code": "OK_SIZING", "p_cal": p_cal, "rr": 1.0, "f_raw": 2 * p_cal - 1}
        sizing |= {"f_clipped": min(0.2, 2 * p_cal - 1), "notional_target": target}
        sizing |= {"qty": self._market.quantity(SYMBOL, target, price), "px": price}
        sizing |= {"lot_step": 1e-05, "min_notional": 10.0, "max_notional": 5000.0}
        self._event("SIZING.DECISION", sizing)
        p_fill = min(0.98, max(0.05, random.gauss(0.6, 0.15)))
        edge = random.gauss(mood.edge_mean_bps + 4, 4.0)
        maker, taker = p_fill * (edge + 1.0), edge - mood.spread_bps
        route = "deny" if max(maker, taker) < -2 else "maker" if maker > taker else "taker"
        route = "maker" if route == "taker" and random.random() < 0.35 else route
        if self.variant == "A":
            reason, why = ROUTED[route]
            details: dict[str, Any] = {"route": route, "e_maker_bps": maker, "e_taker_bps": taker}
            details |= {"p_fill": p_fill, "reason": reason, "why_code": why}
            counts = ("denied",) if route == "deny" else ()
            self._event("ROUTE_DECISION", details, f"route.{route}", *counts)
            return route, p_fill
        scores = {"p_fill": p_fill, "p_min_fill": 0.25, "spread_bps": mood.spread_bps}
        if route == "maker":
            scores["maker_spread_ok_bps"] = 2.0
        scores["edge_after_latency_bps"] = edge
        if route == "deny":
            # The real one says why in the routing and again as a denial.
            details = {"route": "deny", "why_code": "WHY_SLA_LATENCY", "scores": scores}
            self._event("POLICY.DECISION", details, "route.deny")
            self._deny("WHY_SLA_LATENCY")
            return route, p_fill
        details = {"route": route, "why_code": f"OK_ROUTE_{route.upper()}", "scores": scores}
        self._event("POLICY.DECISION", details, f"route.{route}")
        return route, p_fill

    def _wait_for_answer(self) -> None:
        self._now += round(self._market.ack_seconds() * NS)

    def _open(self, route: str, p_fill: float) -> None:
        order_id = f"aurora_{(self._timeline.start_ns + self._now) // MILLISECOND}_{self._ticks}"
        self._event("ORDER.SUBMIT", {"close": False}, "submitted")
        self._wait_for_answer()
        if self._random.random() < self._market.mood.reject_ratio * 1.5:
            self._rejected(order_id)
            return
        immediate = route == "taker" or self._random.random() < p_fill * 0.6
        details = {"client_oid": order_id, "why_code": "OK_EX_PLACE"}
        details |= {"fill_type": "immediate" if immediate else "pending"}
        self._event("ORDER.ACK", details, "ack", *(("filled",) if immediate else ()))
        status = "ACK" if immediate else "PENDING"
        if self.variant == "A":
            self._twin("orders_success", {"action": "open", "status": status})
        else:
            twin = {"action": "open", "lifecycle_state": status, "order_id": order_id}
            self._twin("orders_success", twin)
        if immediate:
            self._position = 1.0
        else:
            self._pending = self._random.randrange(1, 7)

    def _rejected(self, order_id: str) -> None:
        why, error = self._random.choice(REJECTS)
        details = {"client_oid": order_id, "why_code": why, "error": error}
        self._event("ORDER.REJECT", details, "failed")
        failed = {"reason_code": why, "error_msg": error, "final_status": "CANCELLED"}
        self._twin("orders_failed", failed)
        if self.variant == "B":
            self._twin("orders_denied", {"deny_reason": "WHY_RISK_GUARD_MIN_NOTIONAL"})

    def _close(self) -> None:
        why = {"close": True, "tp": True, "why_code": "OK_EX_PLACE"}
        self._event("ORDER.SUBMIT", why, "closes_submitted")
        self._wait_for_answer()
        self._event("ORDER.ACK", {"close": True, "why_code": "OK_EX_PLACE"}, "closes_ack")
        self._twin("orders_success", {"action": "close", "status": "ACK"})
        if self.variant == "A":
            stamp = (self._timeline.start_ns + self._now) // MILLISECOND + 2
            self._twin("orders", {"action": "close", "status": "ACK", "ts_server": stamp})
        self._position = 0.0

    def _cancel(self) -> None:
        if self.variant == "A":
            self._event("ORDER.CANCEL.REQUEST", {"close": False})
            self._wait_for_answer()
            self._event("ORDER.CANCEL.ACK", {"close": False}, "cancelled")
            return
        self._venue_ids += self._random.randrange(1, 900)
        why = {"order_id": str(self._venue_ids), "why": "EXIT_BEFORE_FILL"}
        if self._random.random() < 0.15:
            self._event("DIAG.CANCEL.GUARD", dict(why))
        self._event("ORDER.CANCEL.REQUEST", dict(why))
        self._wait_for_answer()
        if self._random.random() < 0.05:
            self._event("ORDER.CANCEL.FAIL", {**why, "why_code": "WHY_EX_CANCEL_FAIL"})
            self._pending = 2
            return
        self._event("ORDER.CANCEL.ACK", dict(why), "cancelled")
        twin = {"action": "cancel", "status": "ACK", "order_id": why["order_id"]}
        self._twin("orders_success", twin)
