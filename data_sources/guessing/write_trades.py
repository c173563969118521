"""Writes what was guessed of closed trades as TOML: their rule, their frame, their repeats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from data_sources.guessing.choose_trades import KIND, Trades
from data_sources.guessing.quoted import listed, quoted

_WHEN: Final = f"when = {{ kind = {quoted(KIND)} }}"


def trade_rule(trades: Trades) -> Iterator[str]:
    """The rule that makes lines closed trades."""
    if not trades.keys:
        return
    exit_price, _, result = (quoted(trades.keys[role].path) for role in trades.told[:3])
    yield "[[rules]]"
    yield f"# seen: {trades.counts}x where it was left and what it brought"
    yield f"when = {{ {exit_price} = '@present', {result} = '@present' }}"
    yield f"then = {{ kind = {quoted(KIND)} }}"
    yield ""


def trade_frame(trades: Trades, symbol: str) -> Iterator[str]:
    """Their frame, each trade once; *symbol* is the path of the symbol, "" where there is none."""
    if not trades.keys:
        return
    same = [trades.keys[role].path for role in trades.told] + ([symbol] if symbol else [])
    yield "# Logs of events and of trades often tell the same one."
    yield from ("[[duplicates]]", _WHEN, f"same = {listed(same)}", "within_seconds = 60", "")
    yield from ("[frames.trades]", _WHEN, "", "[frames.trades.columns]")
    yield 'ts_closed = ["@ts_event"]'
    if "ts_opened" in trades.keys:
        path = listed([trades.keys["ts_opened"].path])
        yield f'ts_opened = {{ from = {path}, as = "time" }}'
    for role in trades.told:
        choice = trades.keys[role]
        way = ', as = "ratio_of_percent"' if choice.unit == "percent" else ""
        yield f"{role} = {{ from = {listed([choice.path])}{way} }}"
    yield 'quantity = ["@quantity"]'
    if trades.sides:
        told = ", ".join(f"{each} = {quoted(held)}" for each, held in trades.sides.items())
        yield f'position_side = {{ from = ["@side"], map = {{ {told} }} }}'
    yield ""
