"""What could stop the bot: its error budget, its sequential test, its denials, its breaker."""

from __future__ import annotations

from typing import Any, Final

from dash import html

from components.badges import badge, badge_props
from components.element import Props
from components.gauge import gauge, gauge_props
from components.metric import metric_text
from components.panel import panel, panel_props
from components.provenance import Provenance
from formats import MISSING, count, number, percent, text
from metrics.breaker import Breaker, breaker
from metrics.governance import Governance, governance
from metrics.orders import deny_ratio
from metrics.ratio import Ratio

ID: Final = "risk"
DENY_WARNING: Final = 0.35
DENY_LIMIT: Final = 0.50
"""The origin's own objective for denials, and the rate at which it raises its alarm."""
BUDGET_WARNING: Final = 0.80
_TELLERS: Final = {"alpha": "alpha", "sprt": "SPRT"}
_BY_BOUNDS: Final = {"above": "accept (H1)", "below": "reject (H0)", "between": "continue"}
"""What a ratio says by the bounds of its test, in the words that the origin uses as well."""


def layout(*, span: int) -> html.Section:
    """Give the panel."""
    body = [
        html.Div(
            [
                html.Span("Circuit breaker", className="gauge-label"),
                badge(f"{ID}-breaker", "breaker", data_metric="circuit_breaker_triggered"),
                html.Span(
                    "",
                    id=f"{ID}-breaker-reason",
                    className="gauge-note",
                    **{"data-metric": "circuit_breaker_reason"},
                ),
            ],
            className="gauge",
        ),
        gauge(
            f"{ID}-alpha",
            "Alpha budget used",
            "governance_alpha_spent",
            marks=((BUDGET_WARNING, "four fifths spent"),),
            hint="Error budget of the sequential tests: spent / total",
        ),
        gauge(
            f"{ID}-sprt",
            "SPRT log-likelihood",
            "governance_sprt_final_ratio",
            pin=True,
            hint="The last test's ratio between its own two bounds. By them: where it "
            "stands; bot: the verdict in the same line, which may wait for more samples",
        ),
        gauge(
            f"{ID}-deny",
            "Deny rate",
            "deny_ratio",
            marks=((DENY_WARNING, "objective 35 %"), (DENY_LIMIT, "alarm 50 %")),
            hint="Denied / (denied + submitted) of opening orders",
        ),
        html.Div(
            [
                _stat("Alpha score", f"{ID}-score", "governance_alpha_score"),
                _stat("Decisions", f"{ID}-updates", "governance_sprt_updates"),
                _stat("Bot's verdict", f"{ID}-verdict", "governance_alpha_decision"),
            ],
            className="stat-row",
        ),
    ]
    return panel(ID, "Risk and governance", body, span=span)


def props(view: Any, origin: Provenance) -> Props:
    """Give the meters and the breaker's state."""
    found: Governance = view.measure(governance)
    denials: Ratio = view.measure(deny_ratio)
    teller = "alpha" if found.alpha_decision else "sprt"
    verdict = found.alpha_decision or found.sprt_decision
    return {
        **panel_props(ID, origin, f"n = {count(found.updates)}"),
        **_breaker_props(view.measure(breaker)),
        **_alpha_props(found),
        **_sprt_props(found),
        **gauge_props(
            f"{ID}-deny",
            denials.value,
            percent(denials.value),
            _interval(denials),
            tone=_tone(denials.value, DENY_WARNING, DENY_LIMIT),
        ),
        f"{ID}-score": {"children": number(found.alpha_score, 3)},
        f"{ID}-updates": {"children": count(found.updates)},
        f"{ID}-verdict": {
            "children": f"{text(verdict, 24)} ({_TELLERS[teller]})" if verdict else MISSING,
            "data-metric": f"governance_{teller}_decision",
        },
    }


def _breaker_props(found: Breaker) -> Props:
    state = None if found.triggered is None else "open" if found.triggered else "closed"
    if found.stops and all(stop.state == "half_open" for stop in found.stops):
        state = "half_open"
    said = found.reason or (f"▲ {found.suspected}" if found.suspected else None)
    more = f" (+{len(found.stops) - 1} more)" if len(found.stops) > 1 else ""
    none = "nothing has told of it" if found.triggered is None else "no stop holds"
    return {
        **badge_props(f"{ID}-breaker", "breaker", state),
        f"{ID}-breaker-reason": {"children": text(said, 120) + more if said else none},
    }


def _alpha_props(found: Governance) -> Props:
    spent, total = found.alpha_spent, found.alpha_total
    used = spent / total if spent is not None and total else None
    if used is None:
        said = "no budget told" if spent is None else "the whole budget is not told"
    else:
        said = f"{percent(used)} of the budget {number(total, 4)}"
    tone = _tone(used, BUDGET_WARNING, 1.0)
    return gauge_props(f"{ID}-alpha", used, number(spent, 4), said, tone=tone)


def _sprt_props(found: Governance) -> Props:
    llr, low, high = found.sprt_llr, found.sprt_lower, found.sprt_upper
    place = None
    if llr is not None and low is not None and high is not None and high > low:
        place = (llr - low) / (high - low)
    if llr is None:
        said = "no test told"
    elif place is None:
        said = "bounds unknown" + _said_by_bot(found)
    else:
        verdict = _BY_BOUNDS[found.sprt_place or "between"]
        bounds = f"by {number(low, 2)} … {number(high, 2)}: {verdict}"
        said = bounds + _said_by_bot(found)
    tone = "warn" if found.sprt_place == "below" else "good"
    return gauge_props(f"{ID}-sprt", place, number(llr, 2), said, tone=tone, pin=True)


def _said_by_bot(found: Governance) -> str:
    """Give the bot's own verdict on the same ratio, which may differ from what the bounds say."""
    return f" · bot: {text(found.sprt_said, 24)}" if found.sprt_said else ""


def _tone(value: float | None, warning: float, limit: float) -> str:
    if value is None or value <= warning:
        return "good"
    return "act" if value > limit else "warn"


def _interval(found: Ratio) -> str:
    if found.low is None or found.high is None:
        return "nothing wanted to become an order"
    bounds = f"{number(100 * found.low, 1)}–{number(100 * found.high, 1)} %"
    return f"{bounds}, n = {count(found.denominator)} denied or submitted"


def _stat(label: str, identifier: str, metric: str) -> html.Span:
    return html.Span(
        [
            html.Span(label, className="stat-label"),
            metric_text(identifier, metric, class_name="num stat-note"),
        ],
        className="stat",
    )
