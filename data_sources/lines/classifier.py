"""Answers what class a record is of, as `classify` would, from what it found out before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from data_sources.dialects.condition import Test
from data_sources.dialects.dialect import Dialect
from data_sources.dialects.key_path import KeyPath, Record
from data_sources.lines.classify import (
    Facts,
    LineClass,
    class_paths,
    classify,
    code_in,
    conditions_of,
)
from data_sources.lines.recipe import Recipe, recipe_of

ABSENT: Final = object()
"""Stands for the value at a path that leads nowhere."""


class _Questions(NamedTuple):
    """What is asked about records whose codes answer the same to all that is asked of a code.

    number  of these questions
    tests   for each path, what is asked of the value there; None where only its existence matters
    """

    number: int
    tests: list[tuple[Test, ...] | None]


class Classifier:
    """Classifies records of one dialect, and remembers what it answered.

    Two records are alike when they have the same keys, their codes answer the same to everything
    that the dialect asks of a code, and their values to everything that it asks of them: then
    they differ in words that are copied, see `Recipe`, and in nothing else.

    Args:
        dialect: whose rules apply.
        limit: how many answers are remembered.

    Attributes:
        paths: all that a class may depend on, in the order of the values of a record.
    """

    def __init__(self, dialect: Dialect, limit: int = 16_384) -> None:
        self._dialect = dialect
        self._limit = limit
        paths = list(class_paths(dialect))
        fields = [p for p in paths if len(p.steps) == 1 and not p.in_details]
        details = [p for p in paths if len(p.steps) == 1 and p.in_details]
        deep: dict[tuple[bool, str], list[KeyPath]] = {}
        for path in paths:
            if len(path.steps) > 1:
                deep.setdefault((path.in_details, path.keys[0]), []).append(path)
        self._field_keys = [path.keys[0] for path in fields]
        self._detail_keys = [path.keys[0] for path in details]
        # Most records lack most first keys: one look says that all paths below it lead nowhere.
        self._deep = [(*first, below, [ABSENT] * len(below)) for first, below in deep.items()]
        self.paths = [*fields, *details, *(path for below in deep.values() for path in below)]
        at = {path: index for index, path in enumerate(self.paths)}
        self._codes = [at[path] for path in dialect.code]
        self._conditions = list(dict.fromkeys(conditions_of(dialect)))
        tests = (test for condition in self._conditions for test in condition.tests)
        self._code_tests = list(dict.fromkeys(test for test in tests if test.name == "code"))
        self._forget()

    def _forget(self) -> None:
        self._questions: dict[str | None, _Questions] = {}
        self._by_answers: dict[tuple[bool, ...], _Questions] = {}
        self._recipes: dict[tuple[Any, ...], Recipe] = {}

    def __call__(self, record: Record) -> LineClass:
        """The class of a record."""
        values = self.values(record)
        known = self.known(values)
        if known is None:
            known = self._learned(values, record)
        return known

    def values(self, record: Record) -> list[Any]:
        """What stands at each of the paths."""
        fields, details = record.fields, record.details
        values = [fields.get(key, ABSENT) for key in self._field_keys]
        values += [details.get(key, ABSENT) for key in self._detail_keys]
        for in_details, first, below, nowhere in self._deep:
            if first not in (details if in_details else fields):
                values += nowhere
                continue
            for path in below:
                exists, value = path.find(record)
                values.append(value if exists else ABSENT)
        return values

    def known(self, values: Sequence[Any]) -> LineClass | None:
        """The class of a record that holds these values; None when none like it was met yet."""
        code, code_at = self._code(values)
        recipe = self._recipes.get(_key(values, code_at, self._asked(code)))
        return None if recipe is None else recipe.line_class(values, code)

    def _learned(self, values: Sequence[Any], record: Record) -> LineClass:
        if len(self._recipes) >= self._limit:
            self._forget()
        met, facts = classify(record, self._dialect)
        code, code_at = self._code(values)
        there = {
            path: index for index, path in enumerate(self.paths) if values[index] is not ABSENT
        }
        recipe = recipe_of(met, facts, self._dialect, there)
        self._recipes[_key(values, code_at, self._asked(code))] = recipe
        return met

    def _code(self, values: Sequence[Any]) -> tuple[str | None, int | None]:
        """The code among the values, and which of them gave it."""
        for index in self._codes:
            value = values[index]
            if isinstance(value, str) and value:
                return code_in(value, self._dialect), index
        return None, None

    def _asked(self, code: str | None) -> _Questions:
        found = self._questions.get(code)
        if found is None:
            exists = code is not None
            answers = (exists, *(test.fits(exists, code) for test in self._code_tests))
            if len(self._questions) >= self._limit:
                self._questions.clear()
            found = self._by_answers.get(answers)
            if found is None:
                found = self._by_answers[answers] = self._about(code)
            self._questions[code] = found
        return found

    def _about(self, code: str | None) -> _Questions:
        facts = Facts(Record({}, {}), code)
        asked: dict[KeyPath, dict[Test, None]] = {}
        for condition in self._conditions:
            if all(test.holds(facts) for test in condition.tests if test.name == "code"):
                for path, test in condition.compared:
                    asked.setdefault(path, {})[test] = None
        tests = [tuple(asked[path]) if path in asked else None for path in self.paths]
        return _Questions(len(self._by_answers), tests)


def _key(values: Sequence[Any], code_at: int | None, asked: _Questions) -> tuple[Any, ...]:
    """Equal for values of records that are alike."""
    answers: list[Any] = [asked.number, code_at]
    answers += [
        value
        if value is ABSENT
        else None
        if tests is None
        else tuple([test.fits(True, value) for test in tests])
        for value, tests in zip(values, asked.tests, strict=True)
    ]
    return tuple(answers)
