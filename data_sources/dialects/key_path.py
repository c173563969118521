"""Where a value stands in a record: `symbol`, `details.route`, `details.reasons[0]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

DETAILS: Final = "details"
WHOLE: Final = "@record"
"""Among the details keys of a dialect: the record itself is the details object."""
_STEP = re.compile(r"([A-Za-z_@$][\w-]*)((?:\[\d+\])*)")


@dataclass(frozen=True, slots=True)
class Record:
    """A parsed line as a dialect sees it.

    fields   the keys of the record itself, after unwrapping
    details  the object that carries what belongs to the kind of event, {} when there is none;
             the very `fields` where the dialect says "@record"
    wrapped  whether the record stood inside another one
    """

    fields: dict[str, Any]
    details: dict[str, Any]
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class KeyPath:
    """A path into a record; a leading `details.` means its details object."""

    text: str
    in_details: bool
    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a path such as `details.reasons[0]`.

        Raises:
            ValueError: when the text is no path.
        """
        steps: list[str | int] = []
        for part in text.split("."):
            match = _STEP.fullmatch(part)
            if match is None:
                raise ValueError(
                    f"{text!r} is no path; write keys with dots, such as 'details.why'"
                )
            steps.append(match[1])
            steps.extend(int(index) for index in re.findall(r"\d+", match[2]))
        in_details = len(steps) > 1 and steps[0] == DETAILS
        return cls(text, in_details, tuple(steps[1:] if in_details else steps))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names on the way, without indexes."""
        return tuple(step for step in self.steps if isinstance(step, str))

    def find(self, record: Record) -> tuple[bool, Any]:
        """Whether the path exists in the record, and its value (None when it does not)."""
        value: Any = record.details if self.in_details else record.fields
        for step in self.steps:
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    return False, None
                value = value[step]
            else:
                if not isinstance(value, list) or step >= len(value):
                    return False, None
                value = value[step]
        return True, value

    def of(self, record: Record) -> Any:
        """The value at the path, None when it does not exist."""
        return self.find(record)[1]

    def of_all(self, records: Sequence[Record]) -> list[Any]:
        """The values at the path in many records."""
        if len(self.steps) > 1:
            return [self.of(record) for record in records]
        key = self.keys[0]
        if self.in_details:
            return [record.details.get(key) for record in records]
        return [record.fields.get(key) for record in records]
