"""A simulated RICK: forex and coins, a narrator, and an Arena that tells of orders."""

from demo.rick.arena import Arena
from demo.rick.bot import Rick

__all__ = ["Arena", "Rick"]
