"""Governance, health and the stops: sequential tests, the alpha budget, halts and alarms."""

from __future__ import annotations

import math
from random import Random
from typing import Any, Final

from demo.aurora.market import Market
from demo.aurora.records import canonical
from demo.aurora.timeline import NS, Timeline

BUDGET: Final = 0.10
ACCEPT: Final = math.log(16)
REJECT: Final = math.log(0.05 / 0.95) / 1.89
STAGES: Final = ("shadow", "canary", "live")
GUARDS: Final = ("SPREAD_GUARD_TRIP", "LATENCY_GUARD_TRIP", "VOLATILITY_GUARD_TRIP")
DATA_ALARMS: Final = ("DQ_EVENT.STALE_BOOK", "DQ_EVENT.CROSSED_BOOK", "DQ_EVENT.ABNORMAL_SPREAD")


CALM_NS: Final = (20 * NS, 90 * NS)
"""Before and after: whoever comes first sees a well bot for a while."""


class Governance:
    """Writes the rare events; `halted_until` says how long the stack must stand still.

    Around `live` (nanoseconds after the start), when the first viewers come, no stop begins.
    """

    def __init__(
        self,
        random: Random,
        market: Market,
        timeline: Timeline,
        session: str,
        second_session: str,
        run_id: str,
        live: int = 0,
    ) -> None:
        before, after = CALM_NS
        self._calm_from, self._calm_until = (live - before, live + after) if live > 0 else (0, 0)
        self._random = random
        self._market = market
        self._timeline = timeline
        self._session = session
        self._sessions = (session, second_session)
        self._run_id = run_id
        self._spent = 0.0
        self._tests = 0
        self._stage = 0
        self._stops = 0
        self._llr = 0.0
        self._samples = 0
        self._next_stop = round(random.uniform(25, 45) * NS)
        self.halted_until = 0

    def start(self, now: int, session: str | None = None) -> None:
        """What a starting API writes."""
        own = session or self._session
        for code, details in (
            ("AURORA.STARTUP.OK", {"version": "0.9.3", "mode": "shadow"}),
            ("CONFIG.SWITCHED", {"from": None, "to": "configs/aurora_config.yaml"}),
        ):
            record = canonical(code, self._timeline.clock(now), self._run_id, details, src="api")
            self._timeline.add(now, own, record)
            now += 2_000_000

    def step(self, now: int) -> int:
        """One rare event or a sequence of them; gives the time of the next step."""
        random = self._random
        self._market.at(now)
        if now >= self._next_stop and self._calm_from <= now < self._calm_until:
            self._next_stop = self._calm_until
        if now >= self._next_stop:
            self._stop(now)
            self._next_stop = now + round(random.uniform(60, 150) * NS)
        elif random.random() < 0.88:
            self._test(now)
        elif random.random() < 0.5:
            self._health(now)
        else:
            code = random.choice(GUARDS + DATA_ALARMS)
            mood = self._market.mood
            self._event(now, code, {"spread_bps": mood.spread_bps, "mood": mood.name})
        return now + round(random.expovariate(1.0) * NS)

    def _event(
        self, now: int, code: str, details: dict[str, Any], src: str | None = "core"
    ) -> None:
        # The API writes into the runner's folder as well when both were given the same one.
        health = code.startswith(("HEALTH.", "DQ_EVENT."))
        session = self._sessions[self._random.random() < 0.4] if health else self._session
        record = canonical(code, self._timeline.clock(now), self._run_id, details, src=src)
        self._timeline.add(now, session, record)

    def _test(self, now: int) -> None:
        """One more observation of the running test, and its decision when it crosses a bound."""
        random = self._random
        if self._samples == 0:
            self._tests += 1
            self._alpha(now, random.choice((0.002, 0.003, 0.005)), "test_open")
        self._samples += 1
        self._llr += random.gauss(0.12 if self._market.mood.edge_mean_bps > 0 else -0.3, 0.75)
        done = self._samples >= 5 and not REJECT < self._llr < ACCEPT
        decision = "CONTINUE" if not done else "DECISION_H1" if self._llr > 0 else "DECISION_H0"
        chance = math.exp(-abs(self._llr))
        details = {
            "test_id": f"sprt:BTCUSDT:{self._tests}",
            "policy_id": "scalper_v1",
            "llr": self._llr,
            "n_samples": self._samples,
            "p_value": chance,
            "confidence": 1 - chance,
            "boundaries": {"A": ACCEPT, "B": REJECT},
            "alpha_spent": self._spent,
            "test_statistic": self._llr,
            "decision": decision.removeprefix("DECISION_").lower(),
            "alpha_policy": "pocock",
        }
        self._event(now + 1_000_000, f"SPRT.{decision}", details)
        if done:
            self._decided(now + 3_000_000, accepted=self._llr > 0)

    def _decided(self, now: int, accepted: bool) -> None:
        self._alpha(now, -0.004 if accepted else 0.004, "accept" if accepted else "reject")
        before = self._stage
        self._stage = min(2, before + 1) if accepted else max(0, before - 1)
        if self._stage != before:
            details = {
                "from": STAGES[before],
                "to": STAGES[self._stage],
                "reason": "sprt_pass" if accepted else "sprt_fail",
                "alpha": (0.0, 0.01, 0.02)[self._stage],
            }
            self._event(now + 1_000_000, "GOVERNANCE.TRANSITION", details)
        self._llr, self._samples = 0.0, 0

    def _alpha(self, now: int, delta: float, reason: str) -> None:
        if self._spent + delta > BUDGET:
            delta, reason = -self._spent, "daily_reset"
        delta = max(delta, -self._spent)
        self._spent += delta
        details = {"delta": delta, "spent_total": self._spent, "budget_total": BUDGET}
        stamp = self._timeline.clock(now) // 1_000_000
        self._event(now, "ALPHA.LEDGER.UPDATE", details | {"reason": reason, "ts_ms": stamp})

    def _health(self, now: int) -> None:
        p95 = round(self._random.lognormvariate(3.2, 0.3), 2)
        if p95 > 30:
            self._event(now, "HEALTH.LATENCY_P95_HIGH", {"p95_ms": p95, "window_s": 60}, "api")
        elif self._random.random() < 0.4:
            details = {"msg": "LAMBDA.UPDATE rejected by the event logger", "stage": "sizing"}
            self._event(now, "HEALTH.ERROR", details)
        else:
            self._event(now, "HEALTH.RECOVERY", {"p95_ms": p95}, "api")

    def _stop(self, now: int) -> None:
        """A halt that is lifted, or a cool-off that runs out by itself.

        An escalation stops for longer than its line says, and two within five minutes until
        OPS.RESET: the demo writes one only where that follows.
        """
        random = self._random
        seconds = random.randrange(6, 15)
        p95 = round(random.uniform(31, 90), 2)
        self._event(now, "HEALTH.LATENCY_P95_HIGH", {"p95_ms": p95, "window_s": 60}, "api")
        at = now + 4_000_000
        self.halted_until = at + seconds * NS
        until_ns = self._timeline.start_ns + self.halted_until
        self._stops += 1
        if self._stops % 2 == 0:
            in_seconds = {"until": until_ns // NS}
            in_milliseconds: dict[str, Any] = {
                "symbol": "ETHUSDT",
                "until_ms": until_ns // 1_000_000,
            }
            until = in_seconds if self._stops % 4 == 2 else in_milliseconds
            self._event(at, "AURORA.COOL_OFF", until, "api")
        else:
            self._event(at, "AURORA.HALT", {"reason": "latency_p95_breach", "p95_ms": p95}, "api")
            how = "AURORA.RESUME" if self._stops % 4 == 1 else "OPS.RESET"
            if how == "OPS.RESET":
                told = {"reason": "latency_p95", "p95_ms": p95}
                self._event(now + 2_000_000, "AURORA.ESCALATION", told, "api")
            self._event(self.halted_until, how, {"by": "ops"}, "api")
