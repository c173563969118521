"""How many examples a property tries."""

from __future__ import annotations

from hypothesis import settings


def examples(count: int) -> settings:
    """Give so many in the gate, and ten times as many in `make soak`.

    The gate tries the same ones each time: what it did not find yesterday it does not find today.
    New ones are looked for where there is time.
    """
    return settings(max_examples=count if settings().derandomize else 10 * count)
