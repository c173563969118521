"""Takes typed values out of a dialect's TOML and refuses wrong ones by file, line and key."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from data_sources.columns import KINDS
from data_sources.dialects.condition import ALWAYS, COMPUTED, Condition
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.toml_lines import line_of
from data_sources.errors import DialectError
from data_sources.lines.transforms import NumberTransform, WordTransform

Where = tuple[str | int, ...]


class Reader:
    """A TOML table with its text, so that a refusal can name the line.

    Args:
        elsewhere: key at the top → the file and the text it stands in, where that is another one.
    """

    def __init__(
        self,
        path: Path,
        text: str,
        table: Mapping[str, Any],
        word_transforms: Mapping[str, WordTransform],
        elsewhere: Mapping[str, tuple[Path, str]] | None = None,
    ) -> None:
        self.path = path
        self._text = text
        self._table = table
        self._elsewhere = elsewhere or {}
        self._word_transforms = word_transforms

    def place(self, where: Where) -> tuple[Path, int]:
        """The file and the line of a key."""
        path, text = self._elsewhere.get(str(where[0]) if where else "", (self.path, self._text))
        return path, line_of(text, where)

    def refuse(self, where: Where, problem: str, *, at: Where | None = None) -> NoReturn:
        """Raise a DialectError that names file, line and key; *at*: the key whose line is meant."""
        path, line = self.place(at or where)
        raise DialectError(f"{path}:{line}: {_key(where)}: {problem}")

    def has(self, where: Where) -> bool:
        """Whether the key is there."""
        return self.get(where) is not None

    def get(self, where: Where) -> Any:
        """The value, None when it is not there."""
        value: Any = self._table
        for step in where:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def only(self, where: Where, allowed: set[str]) -> None:
        """Refuse keys that are not known, with the near miss."""
        for key in self.table(where):
            if key not in allowed:
                self.refuse((*where, key), f"unknown key.{near(key, allowed)}")

    def table(self, where: Where) -> Mapping[str, Any]:
        """A table; empty when missing."""
        value = self.get(where)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(where, f"was {value!r}; it must be a table")
        return value

    def entries(self, where: Where, default: Sequence[Any] | None = None) -> Sequence[Any]:
        """A list."""
        value = self.get(where)
        if value is None and default is not None:
            return default
        if not isinstance(value, list) or (default is None and not value):
            self.refuse(where, f"was {value!r}; it must be a list with at least one entry")
        return value

    def text(self, where: Where, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.get(where)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value:
            self.refuse(where, f"was {value!r}; it must be a text")
        return value

    def number(self, where: Where, default: float) -> float:
        """A number."""
        value = self.get(where)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(where, f"was {value!r}; it must be a number")
        return float(value)

    def seconds(self, where: Where) -> float | None:
        """A number of seconds above 0, None when missing."""
        if not self.has(where):
            return None
        seconds = self.number(where, 0.0)
        if not 0 < seconds < math.inf:
            self.refuse(where, f"was {seconds:g}; it must be above 0")
        return seconds

    def flag(self, where: Where) -> bool:
        """True or false; false when missing."""
        value = self.get(where)
        if value is not None and not isinstance(value, bool):
            self.refuse(where, f"was {value!r}; it must be true or false")
        return bool(value)

    def choice(self, where: Where, allowed: set[str], default: str) -> str:
        """One of some words."""
        value = self.text(where, default)
        if value not in allowed:
            self.refuse(where, f"was {value!r}.{near(value, allowed)}")
        return value

    def key_path(self, where: Where) -> KeyPath:
        """A path into a record."""
        try:
            return KeyPath.parse(self.text(where))
        except ValueError as e:
            self.refuse(where, str(e))

    def paths(self, where: Where, default: Sequence[str] | None = None) -> tuple[KeyPath, ...]:
        """A list of paths."""
        entries = self.entries(where, default)
        if not self.has(where):
            return tuple(KeyPath.parse(text) for text in entries)
        return tuple(self.key_path((*where, index)) for index in range(len(entries)))

    def condition(self, where: Where) -> Condition:
        """A condition; the one that always holds when missing."""
        if not self.has(where):
            return ALWAYS
        table = self.table(where)
        for name, value in table.items():
            if name in COMPUTED and value == "":
                self.refuse(where, f"{name} is never empty", at=(*where, name))
            try:
                Condition.parse({name: value})
            except ValueError as e:
                self.refuse(where, str(e), at=(*where, name))
        return Condition.parse(table)

    def mapping(self, where: Where) -> Mapping[str, str] | None:
        """A table of texts, keys folded."""
        table = self.table(where)
        for key, value in table.items():
            if not isinstance(value, str) or not value:
                self.refuse((*where, key), f"was {value!r}; it must be a text")
        return {key.casefold(): value for key, value in table.items()} or None

    def kind(self, where: Where) -> None:
        """Refuse a kind of event that is not agreed."""
        value = self.get(where)
        if (
            value is not None
            and str(value) not in KINDS
            and not str(value).startswith("telemetry.")
        ):
            self.refuse(where, f"unknown kind {value!r}.{near(str(value), set(KINDS))}")

    def word_transform(self, where: Where) -> WordTransform | None:
        """The function of a named transform of words."""
        name = self.text(where, "-")
        if name == "-":
            return None
        if name not in self._word_transforms:
            known = set(self._word_transforms)
            self.refuse(where, f"unknown transform {name!r}.{near(name, known)}")
        return self._word_transforms[name]

    def number_transform(
        self, where: Where, scale: float, known: Mapping[str, NumberTransform]
    ) -> NumberTransform | None:
        """The function of a named transform of numbers, after it the scale."""
        name = self.text(where, "-")
        if name != "-" and name not in known:
            self.refuse(where, f"unknown transform {name!r}.{near(name, set(known))}")
        if name == "-" and scale == 1.0:
            return None
        transform = known.get(name)

        def apply(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return (values if transform is None else transform(values)) * scale

        return apply


def _key(where: Where) -> str:
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the file"


def near(word: str, allowed: set[str]) -> str:
    """The end of a refusal: the near miss, and all that is allowed."""
    near = difflib.get_close_matches(word, sorted(allowed), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} Allowed: {', '.join(sorted(allowed))}"
