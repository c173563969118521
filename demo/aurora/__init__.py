"""A simulated Aurora: two runners and the order stack, writing what the real ones write."""

from demo.aurora.bot import AuroraBot, Line

__all__ = ["AuroraBot", "Line"]
