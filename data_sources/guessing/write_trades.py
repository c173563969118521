"""Writes what was guessed of closed trades as TOML: their rule, their frame, their repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from data_sources.guessing.choose_trades import KIND, NEEDED, Trades
from data_sources.guessing.quoted import listed, quoted

_WHEN: Final = f"when = {{ kind = {quoted(KIND)} }}"


def trade_rule(trades: Trades) -> Iterator[str]:
    """The rule that makes lines closed trades."""
    if not trades.keys:
        return
    exit_price, pnl = (quoted(trades.keys[role].path) for role in ("exit_price", "pnl"))
    yield "[[rules]]"
    yield f"# seen: {trades.counts}x where it was left and what it brought"
    yield f"when = {{ {exit_price} = '@present', {pnl} = '@present' }}"
    yield f"then = {{ kind = {quoted(KIND)} }}"
    yield ""


def trade_frame(trades: Trades, symbol: str) -> Iterator[str]:
    """Their frame, each trade once; *symbol* is the path of the symbol, "" where there is none."""
    if not trades.keys:
        return
    same = [trades.keys[role].path for role in NEEDED] + ([symbol] if symbol else [])
    yield "# Logs of events and of trades often tell the same one."
    yield from ("[[duplicates]]", _WHEN, f"same = {listed(same)}", "within_seconds = 60", "")
    yield from ("[frames.trades]", _WHEN, "", "[frames.trades.columns]")
    yield 'ts_closed = ["@ts_event"]'
    if "ts_opened" in trades.keys:
        path = listed([trades.keys["ts_opened"].path])
        yield f'ts_opened = {{ from = {path}, as = "time" }}'
    for role in sorted(NEEDED):
        yield f"{role} = {listed([trades.keys[role].path])}"
    yield 'quantity = ["@quantity"]'
    if trades.sides:
        told = ", ".join(f"{each} = {quoted(held)}" for each, held in trades.sides.items())
        yield f'position_side = {{ from = ["@side"], map = {{ {told} }} }}'
    yield ""
