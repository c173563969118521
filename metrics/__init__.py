"""Frames become numbers. Pure: one subject a file.

Importing the room imports all its files, so that `REGISTRY` holds every metric.
"""

from importlib import import_module
from pkgutil import iter_modules

from metrics.base import REGISTRY, Metric, metric
from metrics.latency import decision_seconds, first_fill_seconds, order_ack_seconds

__all__ = [
    "REGISTRY",
    "Metric",
    "decision_seconds",
    "first_fill_seconds",
    "metric",
    "order_ack_seconds",
]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
