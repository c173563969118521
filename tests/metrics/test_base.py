"""A metric knows its name, unit, needs and meaning, and the registry knows them all."""

from __future__ import annotations

import inspect

import pytest

import metrics
from metrics.base import REGISTRY, Metric, metric


def test_every_metric_says_what_it_is():
    """Each has a unit, a docstring, and needs that match its arguments."""
    assert {"order_counts", "latency_percentiles", "breaker", "why_code_counts"} <= set(REGISTRY)
    for one in REGISTRY.values():
        assert one.unit
        parameters = inspect.signature(one.__wrapped__).parameters.values()
        positional = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        assert tuple(positional) == one.needs, one.name


def test_a_metric_is_still_its_function():
    """Calling a metric calls the function; the decorator changes no result."""

    def doubled_for_this_test(value: int) -> int:
        """Give twice the value. Unit: count."""
        return 2 * value

    made = metric(unit="count", needs=("value",))(doubled_for_this_test)
    try:
        assert isinstance(made, Metric)
        assert made(21) == 42
        assert (made.name, made.unit, made.needs) == ("doubled_for_this_test", "count", ("value",))
        assert made.doc.startswith("Give twice")
        with pytest.raises(ValueError, match="already"):
            metric(unit="count")(doubled_for_this_test)
    finally:
        del REGISTRY["doubled_for_this_test"]


def test_a_metric_without_meaning_is_refused():
    """A function without a docstring cannot become a metric."""

    def nameless(value: int) -> int:
        return value

    with pytest.raises(ValueError, match="docstring"):
        metric(unit="count")(nameless)


def test_notebooks_find_the_latencies_at_the_top():
    """`from metrics import first_fill_seconds` is the promised way."""
    assert callable(metrics.first_fill_seconds)
    assert callable(metrics.order_ack_seconds)
    assert callable(metrics.decision_seconds)
