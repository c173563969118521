"""The agreed frames beside `events`, and rows turned into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

TIME: Final = "datetime64[ns, UTC]"
NUMBER: Final = "float64"
WORD: Final = "str"
COUNT: Final = "Int64"
LARGEST_COUNT: Final = 2**53
"""From here on one more is no longer another float: what says so counted nothing."""
FLAG: Final = "boolean"

_NUMBERS: Final = frozenset(
    {
        "quantity",
        "price",
        "fee",
        "entry_price",
        "exit_price",
        "current_price",
        "pnl",
        "unrealized_pnl",
        "realized_pnl",
        "equity",
        "equity_base",
        "equity_peak",
        "exposure_long",
        "exposure_short",
        "exposure_net",
        "exposure_gross",
        "cash",
        "buying_power",
        "open",
        "high",
        "low",
        "close",
        "volume",
        "positions",
        "order_quantity",
        "filled_quantity",
        "leaves_quantity",
        "limit_price",
        "average_fill_price",
        "stop_loss_price",
        "take_profit_price",
        "total_notional",
        "value",
        "limit_value",
        "loss",
        "total_pnl",
        "daily_pnl",
        "weekly_pnl",
        "monthly_pnl",
        "value_at_risk",
        "expected_shortfall",
        "profit_factor",
        "step",
        "position_quantity",
    }
)
_COUNTS: Final = frozenset(
    {
        *("orders", "blocked", "steps", "rank", "n", "open_positions", "tail_n"),
        *("periods_per_year", "failed_orders", "skipped_cycles"),
    }
)
_FLAGS: Final = frozenset({"enabled", "allow_live", "active", "held", "breached", "stop_trips"})
_DRAWDOWNS: Final = frozenset({"drawdown_ratio", "max_drawdown_ratio"})
"""0 or below here, whatever the sign in which an origin tells its loss from the peak."""

_NAMES: Final[dict[str, str]] = {
    "orders": "client_order_id venue_order_id symbol side order_quantity filled_quantity "
    "leaves_quantity limit_price average_fill_price stop_loss_price take_profit_price mode status "
    "route strategy_id reason ts_submitted ts_accepted ts_first_fill ts_closed ts_expires "
    "order_ack_seconds first_fill_seconds",
    "fills": "ts_event client_order_id venue_order_id symbol side quantity price fee liquidity",
    "execution_costs": "ts_event client_order_id symbol side route slippage_bps shortfall_bps "
    "fees_bps impact_bps spread_bps session_id",
    "trades": "symbol position_side quantity ts_opened ts_closed entry_price exit_price pnl "
    "pnl_ratio currency strategy_id",
    "positions": "symbol position_side quantity entry_price current_price unrealized_pnl "
    "leverage_ratio venue as_of",
    "equity": "ts_event equity cash buying_power drawdown_ratio currency",
    "signals": "ts_event symbol side confidence_ratio strategy_id",
    "decisions": "ts_event gate symbol side decision reason decisions_total since",
    "services": "name kind state latency_seconds since as_of detail",
    "failovers": "ts_event from_exchange to_exchange state reason",
    "sessions": "session_id mode status symbol strategy_id ts_started ts_finished realized_pnl "
    "max_drawdown_ratio orders unrealized_pnl risk_state open_positions total_notional",
    "runs": "run_id mode strategy_id symbol timeframe state ts_started ts_finished ts_last_event "
    "equity realized_pnl unrealized_pnl drawdown_ratio orders blocked steps "
    "failed_orders order_success_ratio skipped_cycles",
    "steps": "ts_event step price position_quantity equity realized_pnl unrealized_pnl "
    "orders blocked reason",
    "profits": "daily_pnl weekly_pnl monthly_pnl total_pnl realized_pnl unrealized_pnl currency "
    "as_of",
    "exposures": "total_exposure long_exposure short_exposure net_exposure currency as_of",
    "risk_values": "var_95 var_99 es_95 es_975 es_99 currency detail as_of",
    "session_limits": "session_id limit_name value limit_value used_ratio state as_of",
    "telemetry_health": "ts_event severity disk_usage_mb retention_staleness_hours "
    "compression_failure_ratio parse_error_ratio",
    "intents": "ts_event stage intent_id client_order_id symbol side strategy_id session_id",
    "errors": "ts_event kind text strategy_id",
    "regimes": "ts_event regime detail",
    "strategies": "strategy_id enabled profile positions confidence_ratio_min tier allow_live "
    "label",
    "models": "model stage budget_ratio universe active as_of",
    "alerts": "ts_event severity category title body session_id state dedupe_key rule_id",
    "alert_acks": "dedupe_key ts_event ts_expires operator reason",
    "alert_snoozes": "rule_id ts_event ts_expires operator reason",
    "narration": "ts_event kind symbol symbol_class venue text told_total ts_last_told",
    "prices": "symbol ts_event open high low close volume",
    "momentum": "symbol momentum_ratio rank as_of held",
    "pnl": "period basis since ts_base as_of equity_base equity pnl pnl_ratio currency n stream",
    "drawdown": "period since as_of equity_peak equity drawdown_ratio worst_drawdown_ratio n "
    "stream",
    "exposure": "venue exposure_long exposure_short exposure_net exposure_gross leverage_ratio n "
    "unpriced_total as_of",
    "profile_drawdown": "profile period drawdown_ratio pnl_ratio limit_ratio used_ratio breached "
    "as_of n stream",
    "risk_limits": "name value_ratio limit_ratio used_ratio warning_ratio critical_ratio state "
    "rule detail as_of n",
    "gate_counts": "gate window_seconds allowed_total scaled_total blocked_total decisions_total "
    "blocked_ratio reason as_of",
    "failover_counts": "window_seconds failovers_total n as_of",
    "value_at_risk": "method confidence_ratio horizon value_at_risk_ratio expected_shortfall_ratio "
    "value_at_risk expected_shortfall equity currency n tail_n since as_of stream",
    "sharpe": "sharpe_ratio sharpe_low_ratio sharpe_high_ratio mean_ratio deviation_ratio "
    "periods_per_year risk_free_ratio n since as_of stream",
    "trade_statistics": "closed_total won_total lost_total flat_total win_ratio win_low_ratio "
    "win_high_ratio profit_factor profit_factor_of pnl currency hold_seconds best_ratio "
    "worst_ratio since as_of",
    "intent_latency": "intents_total orders_total matched_total unmatched_intents_total "
    "unmatched_orders_total reversed_total n p50_seconds p50_low_seconds p50_high_seconds "
    "p90_seconds p90_low_seconds p90_high_seconds p99_seconds p99_low_seconds p99_high_seconds "
    "least_seconds most_seconds since as_of",
    "telemetry_trends": "window_seconds snapshots_total worst warning_total critical_total "
    "disk_mean_mb disk_most_mb trend reason n since as_of",
    "slippage": "n p50_bps p50_low_bps p50_high_bps p90_bps p90_low_bps p90_high_bps p99_bps "
    "p99_low_bps p99_high_bps since as_of",
    "ess_changes": "ts_event state reason text duration_seconds",
    "ess": "state since reason duration_seconds triggers_today_total triggers_24h_total "
    "threshold_ratio as_of n",
    "stress": "scenario verdict loss currency loss_ratio drawdown_ratio limit_ratio profile "
    "stop_trips detail as_of n",
    "accounts": "account_id name environment state equity currency models",
    "disagreements": "what source_a value_a source_b value_b as_of",
}


def _dtype(name: str) -> str:
    if name.startswith("ts_") or name in ("as_of", "since"):
        return TIME
    endings = ("_ratio", "_seconds", "_ratio_min", "_exposure", "_bps", "_mb", "_hours")
    if name.endswith(endings) or name.startswith(("var_", "es_")) or name in _NUMBERS:
        return NUMBER
    if name in _COUNTS or name.endswith("_total"):
        return COUNT
    return FLAG if name in _FLAGS else WORD


FRAMES: Final[dict[str, dict[str, str]]] = {
    frame: {name: _dtype(name) for name in names.split()} for frame, names in _NAMES.items()
}
"""Frame → column → dtype. Times are UTC nanoseconds; ratios are 0–1; what is missing is missing."""

TRACE: Final[dict[str, str]] = {
    "source": WORD,
    "account_id": WORD,
    "raw_generation": WORD,
    "raw_offset": COUNT,
}
"""What each row carries beside its own columns."""


def empty(name: str) -> pd.DataFrame:
    """Return a frame without rows, with its columns in their dtypes.

    Raises:
        KeyError: there is no such frame.
    """
    return shaped(name, ())


def shaped(
    name: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    source: str | None = None,
    account_id: str | None = None,
) -> pd.DataFrame:
    """Return rows as an agreed frame: its columns in order, then `source`, `account_id`, trace.

    Args:
        name: of the frame.
        rows: dicts; keys that are no column of the frame are left out, missing ones are missing.
            Times are tz-aware Timestamps, datetimes, or None. A drawdown becomes 0 or below. A
            count that is no whole number below `LARGEST_COUNT` is missing.
        source: for rows that do not name theirs.
        account_id: likewise.

    Raises:
        KeyError: there is no such frame.
    """
    columns = {**TRACE, **FRAMES[name]}
    order = [*FRAMES[name], *(column for column in TRACE if column not in FRAMES[name])]
    given = {"source": source, "account_id": account_id}
    found = [{**given, **{k: v for k, v in row.items() if v is not None}} for row in rows]
    frame = pd.DataFrame(
        {column: _series([row.get(column) for row in found], columns[column]) for column in order}
    )
    for column in _DRAWDOWNS & set(order):
        frame[column] = 0.0 - frame[column].abs()
    return frame


def _series(values: list[Any], dtype: str) -> pd.Series[Any]:
    if dtype == TIME:
        times = pd.to_datetime(pd.Series(values, dtype="object"), utc=True)
        return times.dt.as_unit("ns")
    if dtype == WORD:
        return pd.Series([None if v is None else str(v) for v in values], dtype="str")
    if dtype == COUNT:
        values = [value if is_count(value) else None for value in values]
    return pd.Series(values, dtype=dtype) if values else pd.Series([], dtype=dtype)


def is_count(value: Any) -> bool:
    """Whether something is a whole number, also as a float, of which one more is another."""
    if not isinstance(value, int | float | np.integer):
        return False
    return bool(-LARGEST_COUNT < value < LARGEST_COUNT and value == int(value))
