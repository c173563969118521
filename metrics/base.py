"""What a metric is: a pure function that knows its unit and what it needs of a view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

REGISTRY: Final[dict[str, Metric[..., Any]]] = {}
"""Every metric by name; filled as the files of this room are imported."""


class Metric(Generic[Parameters, Result]):
    """A function of frames with the unit of its numbers and the view's attributes that it takes.

    name   the function's name, unique in the house
    unit   of the numbers in the result: seconds, ratio, count, …
    needs  names of the attributes of a view, in the order of the function's arguments
    doc    the docstring: meaning, unit and the source of the formula
    """

    def __init__(
        self, function: Callable[Parameters, Result], unit: str, needs: tuple[str, ...]
    ) -> None:
        self._function = function
        self.name: str = function.__name__
        self.unit = unit
        self.needs = needs
        self.doc: str = (function.__doc__ or "").strip()
        self.__name__ = self.name
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Measure: the attributes named in `needs` by position, options by name."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<metric {self.name} in {self.unit} from {', '.join(self.needs) or 'a frame'}>"


def metric(
    *, unit: str, needs: tuple[str, ...] = ()
) -> Callable[[Callable[Parameters, Result]], Metric[Parameters, Result]]:
    """Make a function a metric and enter it in `REGISTRY`.

    Args:
        unit: of the numbers that it gives; ratios are 0–1, times seconds.
        needs: attributes of a view, which `view.measure(metric)` passes by position.

    Raises:
        ValueError: the name is taken, or the function has no docstring.
    """

    def register(function: Callable[Parameters, Result]) -> Metric[Parameters, Result]:
        made = Metric(function, unit, needs)
        if made.name in REGISTRY:
            raise ValueError(f"There is a metric {made.name!r} already: give this one its own name")
        if not made.doc:
            raise ValueError(f"Metric {made.name!r} has no docstring: say meaning, unit, source")
        REGISTRY[made.name] = made
        return made

    return register
