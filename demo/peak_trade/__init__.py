"""A simulated Peak_Trade: runs, sessions, execution telemetry and wall-clock cycles."""

from demo.peak_trade.bot import PeakTrade

__all__ = ["PeakTrade"]
