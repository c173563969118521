"""Whether the numbers can be trusted: what became of every line that was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metrics.base import metric
from metrics.ratio import Ratio, ratio


@dataclass(frozen=True, slots=True)
class LineAccount:
    """The account of one source: `lines_in = accepted + quarantined + duplicates + blank`.

    missing    lines that the account cannot explain; 0 when it balances
    quarantine share of the lines that were set aside, 0–1, with n
    naive      times that named no zone
    untimed    accepted lines without a time that can be read
    """

    source: str
    lines_in: int
    accepted: int
    quarantined: int
    duplicates: int
    blank: int
    missing: int
    quarantine: Ratio
    naive: int = 0
    untimed: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every line is explained."""
        return self.missing == 0


@metric(unit="count", needs=("sources",))
def line_accounts(sources: Sequence[Mapping[str, Any]]) -> tuple[LineAccount, ...]:
    """Account for the lines of each source that reads lines. Unit: lines."""
    return tuple(_account(row) for row in sources if row.get("lines_in") is not None)


@metric(unit="count", needs=("sources",))
def line_account_total(sources: Sequence[Mapping[str, Any]]) -> LineAccount:
    """Account for the lines of all sources together. Unit: lines."""
    accounts = line_accounts(sources)
    numbers = ("lines_in", "accepted", "quarantined", "duplicates", "blank", "missing")
    names = (*numbers, "naive", "untimed")
    sums = {name: sum(getattr(one, name) for one in accounts) for name in names}
    share = ratio(sums["quarantined"], sums["lines_in"])
    return LineAccount("all", quarantine=share, **sums)


def _account(row: Mapping[str, Any]) -> LineAccount:
    quarantined = sum((row.get("quarantined") or {}).values())
    names = ("lines_in", "accepted", "duplicates", "blank", "naive", "untimed")
    lines_in, accepted, duplicates, blank, naive, untimed = (int(row.get(n) or 0) for n in names)
    missing = lines_in - accepted - quarantined - duplicates - blank
    share = ratio(quarantined, lines_in)
    return LineAccount(
        str(row.get("name")),
        *(lines_in, accepted, quarantined, duplicates, blank, missing),
        quarantine=share,
        naive=naive,
        untimed=untimed,
    )
