"""A simulated Aurora: two runners and the order stack, writing what the real ones write."""

from demo.aurora.bot import AuroraBot
from demo.aurora.timeline import Line

__all__ = ["AuroraBot", "Line"]
