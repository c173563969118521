"""The order stack: intents of many symbols on their way to the venue, each with a whole life."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from demo.aurora.market import PRICES, Market
from demo.aurora.records import canonical, outcome
from demo.aurora.timeline import NS, Timeline

EXPIRY_SECONDS: Final = 300
REJECTS: Final = (
    ("-2019", "Margin is insufficient.", "EXCHANGE_MARGIN_INSUFFICIENT", "ABORT"),
    ("-1013", "Filter failure: PRICE_FILTER", "EXCHANGE_FILTER_PRICE", "ABORT"),
    ("-4164", "Order's notional must be no smaller than 5.0", "EXCHANGE_NOTIONAL_MIN", "ABORT"),
    ("-1021", "Timestamp is outside of the recvWindow.", "EXCHANGE_TIMESTAMP", "RETRY_SOFT"),
    ("-2010", "Account has insufficient balance.", "EXCHANGE_INSUFFICIENT_BALANCE", "ABORT"),
)
BLOCKS: Final = ("expected_return_gate", "SPREAD_GUARD", "VOL_GUARD", "CVAR_GUARD", "TIME_GUARD")


class _Intent:
    """One intent while its life is planned: where it is in time, and what it is about."""

    __slots__ = ("cid", "now", "oid", "price", "qty", "route", "side", "symbol")

    def __init__(self, cid: str, now: int, symbol: str, side: str, price: float) -> None:
        self.cid = cid
        self.now = now
        self.symbol = symbol
        self.side = side
        self.price = price
        self.qty = 0.0
        self.route = "taker"
        self.oid: str | None = None


class Stack:
    """Plans whole order lives at once; the timeline hands their lines out when they are due."""

    def __init__(
        self,
        random: Random,
        market: Market,
        timeline: Timeline,
        session: str,
        run_id: str,
        twins: bool = True,
    ) -> None:
        self._random = random
        self._market = market
        self._timeline = timeline
        self._session = session
        self._run_id = run_id
        self._twins = twins
        self._intents = 0
        self._venue_ids = random.randrange(28_000_000_000, 29_000_000_000)
        self._symbols = list(PRICES)
        self.halted_until = 0

    def intent(self, now: int) -> None:
        """Plan what becomes of one intent that arrives at *now*."""
        random, mood = self._random, self._market.at(now)
        symbol = random.choices(self._symbols, (8, 5, 4, 2, 2))[0]
        side = random.choice(("BUY", "SELL"))
        self._intents += 1
        intent = _Intent(
            f"int-{self._run_id}-{self._intents}",
            now,
            symbol,
            side,
            self._market.price(symbol, now),
        )
        if now < self.halted_until or random.random() < 0.05:
            self._blocked(intent)
            return
        expected = random.gauss(mood.edge_mean_bps + 8, 4)
        details = {"intent_id": intent.cid, "expected_return_bps": round(expected, 3)}
        self._event(intent, "ORDER.INTENT.RECEIVED", details, symbol=symbol, side=side)
        if self._allowed(intent, expected):
            self._submit(intent)

    def _event(
        self, intent: _Intent, code: str, details: dict[str, Any], *counts: str, **top: Any
    ) -> None:
        intent.now += self._random.randrange(40_000, 700_000)
        record = canonical(code, self._timeline.clock(intent.now), self._run_id, details, **top)
        self._timeline.add(intent.now, self._session, record, *counts)

    def _order_event(
        self, intent: _Intent, code: str, details: dict[str, Any], *counts: str, **top: Any
    ) -> None:
        values: dict[str, Any] = {"symbol": intent.symbol, "cid": intent.cid, "oid": intent.oid}
        values |= {"side": intent.side, "price": intent.price, "qty": intent.qty}
        self._event(intent, code, details, *counts, **{**values, **top})

    def _file(self, intent: _Intent, file: str, **values: Any) -> None:
        if not self._twins:
            return
        at = intent.now + self._random.randrange(20_000, 3_000_000)
        record = outcome(self._timeline.clock(at), self._run_id, **values)
        self._timeline.add(at, self._session, record, file=file)

    def _blocked(self, intent: _Intent) -> None:
        reason = "halt" if intent.now < self.halted_until else self._random.choice(BLOCKS)
        mood = self._market.mood
        seen = {"gate_state": "BLOCK", "spread_bps": mood.spread_bps, "mode": "shadow"}
        seen |= {"latency_ms": round(self._random.lognormvariate(2.2, 0.5), 3), "reasons": [reason]}
        details = {
            "decision": "NO_OP",
            "reasons": [reason],
            "mode": "shadow",
            "observability": seen,
        }
        self._event(intent, "POLICY.DECISION", details, "denied", src="api")
        self._file(
            intent, "orders_denied", reason_code=reason, reason_class="AURORA", severity="WARN",
            action="ABORT",
        )  # fmt: skip

    def _allowed(self, intent: _Intent, expected: float) -> bool:
        """SLA, sizing and routing; False when one of them says no."""
        random, mood = self._random, self._market.mood
        latency = random.lognormvariate(2.4 + 0.35 * (mood.spread_bps > 2), 0.55)
        latency *= 12 if random.random() < 0.012 else 1
        sla = {"phase": "predict", "latency_ms": round(latency, 3)}
        sla |= {"edge_after_bps": round(expected - latency * 0.01, 3), "intent_id": intent.cid}
        self._event(intent, "SLA.CHECK", sla)
        intent.now += round(latency * 1e6)
        if latency > 120:
            self._event(intent, "SLA.DENY", {**sla, "phase": "actual"}, "denied")
            return False
        raw = max(0.0, random.gauss(0.16, 0.07))
        qty = self._market.quantity(intent.symbol, 9000 * raw, intent.price)
        kelly = {"intent_id": intent.cid, "f_raw": raw, "f_port": raw * 0.8, "M": 0.9}
        self._event(
            intent, "KELLY.APPLIED", kelly | {"f_final": raw * 0.72, "qty_final": f"{qty:g}"}
        )
        if qty <= 0:
            self._denied(intent, "SIZE_ZERO.DENY", "sizing")
            return False
        intent.qty = qty
        return self._routed(intent, expected, latency)

    def _routed(self, intent: _Intent, expected: float, latency: float) -> bool:
        random, mood = self._random, self._market.mood
        p_fill = min(0.99, max(0.02, random.gauss(0.62, 0.17)))
        maker, taker = p_fill * (expected + 1), expected - mood.spread_bps - 4.0
        deny = p_fill < 0.25 or max(maker, taker) < 0
        intent.route = "deny" if deny else "maker" if maker > taker else "taker"
        why = "WHY_UNATTRACTIVE" if deny else f"OK_ROUTE_{intent.route.upper()}"
        details = {
            "intent_id": intent.cid,
            "symbol": intent.symbol,
            "side": intent.side,
            "why_code": why,
            "p_fill": p_fill,
            "p_fill_min": 0.25,
            "spread_bps": mood.spread_bps,
            "latency_ms": round(latency, 3),
            "e_maker_expected": maker,
            "e_taker_expected": taker,
            "route": intent.route,
            "capture_eta": 0.35,
            "rebate_mode": False,
        }
        self._event(intent, "ROUTER.DECISION", details, f"route.{intent.route}")
        if deny:
            self._denied(intent, "LOW_PFILL.DENY" if p_fill < 0.25 else "EDGE_DENY", "routing")
            return False
        plan = {"intent_id": intent.cid, "mode": intent.route}
        self._event(intent, "ORDER.PLAN.BUILD", plan | {"qty": intent.qty, "price": intent.price})
        if random.random() < 0.2:
            self._event(intent, "IDEM.STORE", {"cid": intent.cid, "status": "pending"})
        return True

    def _denied(self, intent: _Intent, code: str, stage: str) -> None:
        details = {"intent_id": intent.cid, "code": code, "stage": stage}
        self._event(intent, "ORDER.DENY", details, "denied")
        self._file(
            intent, "orders_denied", cid=intent.cid, reason_code=code, reason_class="AURORA",
            severity="WARN", action="ABORT",
        )  # fmt: skip

    def _submit(self, intent: _Intent) -> None:
        random, mood = self._random, self._market.mood
        kind = "LIMIT" if intent.route == "maker" else "MARKET"
        self._order_event(intent, "ORDER.SUBMIT", {}, "submitted", order_type=kind, src="core")
        submitted = intent.now
        if random.random() < 0.0015:
            # Never acknowledged: the API gives up after its five minutes.
            intent.now = submitted + EXPIRY_SECONDS * NS
            self._order_event(intent, "ORDER.EXPIRE", {"reason": "no_ack"}, "expired", src="api")
            return
        intent.now += round(self._market.ack_seconds() * NS)
        if random.random() < mood.reject_ratio:
            self._rejected(intent)
            return
        self._venue_ids += random.randrange(1, 40)
        intent.oid = str(self._venue_ids)
        self._order_event(intent, "ORDER.ACK", {}, "ack", src="core")
        self._rest_of_life(intent)

    def _rejected(self, intent: _Intent) -> None:
        number, text, code, action = self._random.choice(REJECTS)
        details = {"reason_code": number, "reason_detail": text}
        self._order_event(intent, "ORDER.REJECT", details, "failed", src="api")
        self._file(
            intent, "orders_failed", cid=intent.cid, reason_code=code, reason_detail=text,
            reason_class="EXCHANGE", severity="ERROR", action=action,
        )  # fmt: skip

    def _rest_of_life(self, intent: _Intent) -> None:
        """After the acknowledgement: partial fills, a fill, a cancel or the end of its time."""
        random = self._random
        maker = intent.route == "maker"
        chance = random.random()
        parts = random.choices((0, 1, 2, 3), (70, 18, 8, 4))[0]
        intent.now += round(random.expovariate(1 / (2.2 if maker else 0.03)) * NS)
        if maker and chance < 0.22:
            if parts == 3:
                self._fill(intent, intent.qty * random.uniform(0.1, 0.6))
                intent.now += round(random.expovariate(1 / 1.5) * NS)
            self._cancelled(intent)
            return
        if maker and chance < 0.235:
            intent.now += 8 * NS
            self._order_event(
                intent, "ORDER.EXPIRE", {"reason": "ttl_expired"}, "expired", src="api"
            )
            return
        for part in range(parts):
            self._fill(intent, intent.qty * (part + random.uniform(0.2, 0.9)) / (parts + 1))
            intent.now += round(random.expovariate(1 / (0.8 if maker else 0.02)) * NS)
        self._fill(intent, intent.qty)

    def _fill(self, intent: _Intent, filled: float) -> None:
        """A fill of so much in total: partial while that is less than the order."""
        whole = filled >= intent.qty
        slip = self._random.gauss(0, 0.00004) if intent.route == "taker" else 0.0
        price = round(intent.price * (1 + slip), 5)
        self._order_event(
            intent, "ORDER.FILL" if whole else "ORDER.PARTIAL",
            {"fill_qty": intent.qty if whole else round(filled, 5)},
            "filled" if whole else "partial", price=price, side=intent.side.lower(), src="api",
        )  # fmt: skip
        if whole:
            self._file(
                intent, "orders_success", cid=intent.cid, oid=intent.oid, lifecycle_state="CLOSED"
            )

    def _cancelled(self, intent: _Intent) -> None:
        self._order_event(intent, "ORDER.CANCEL.REQUEST", {"reason": "requote"}, src="core")
        intent.now += round(self._market.ack_seconds() * NS)
        self._order_event(
            intent, "ORDER.CANCEL.ACK", {"reason": "requote"}, "cancelled", src="core"
        )
