"""Finds out what kind of event a record is: its words, and where its ids and numbers stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from data_sources.dialects.dialect import WORD_COLUMNS, Dialect, Place, Rule
from data_sources.dialects.key_path import WHOLE, KeyPath, Record
from data_sources.lines.line_fields import with_found
from data_sources.lines.transforms import word

MAX_WORD: Final = 256
"""Longer words are cut: a category is a name, not a text."""


class LineClass(NamedTuple):
    """What all lines of one class share.

    words    the values of `WORD_COLUMNS`, None where missing
    open     for each of the dialect's loose places, whether it counts for this class
    text     what the `text` column falls back to
    """

    words: tuple[str | None, ...]
    open: tuple[bool, ...]
    text: str | None


@dataclass(slots=True)
class Facts:
    """What is known about a record so far; conditions look at this."""

    record: Record
    code: str | None = None
    kind: str | None = None
    code_key: str | None = None
    rule: Rule | None = None
    sources: dict[str, str] = field(default_factory=dict)
    """column → how it was found, for `explain`."""


def record_of(fields: dict[str, Any], dialect: Dialect) -> Record:
    """The record in a parsed line: unwrapped where the dialect says so, its details found."""
    wrapped = False
    if dialect.unwrap is not None:
        key, told_by = dialect.unwrap
        inner = fields.get(key)
        if isinstance(inner, dict) and all(name in inner for name in told_by):
            outer = {name: value for name, value in fields.items() if name != key}
            fields, wrapped = {**outer, **inner}, True
    if dialect.texts:
        fields = with_found(fields, dialect.texts)
    for name in dialect.details:
        details = fields if name == WHOLE else fields.get(name)
        if isinstance(details, dict):
            return Record(fields, details, wrapped)
    return Record(fields, {}, wrapped)


def classify(record: Record, dialect: Dialect) -> tuple[LineClass, Facts]:
    """Apply the dialect's rules to a record.

    Only the values of the dialect's word places and of its conditions matter, and which keys
    exist; ids, numbers and texts do not.
    """
    facts = Facts(record)
    facts.code, facts.code_key = code_of(record, dialect)
    rules = rules_for(dialect, facts.code)
    facts.rule = next((rule for rule in rules if rule.when.holds(facts)), None)
    then = dict(facts.rule.then) if facts.rule else {}
    facts.kind = then.get("kind", "other")
    words: dict[str, str | None] = {"code": facts.code}
    for column, places in dialect.words.items():
        words[column] = _word(places, facts)
    words.update(then)
    for name in then:
        facts.sources[name] = f"rule {facts.rule.place}" if facts.rule else ""
    for rule in dialect.defaults:
        if rule.when.holds(facts):
            for name, value in rule.then.items():
                if words.get(name) is None:
                    words[name] = facts.code if value == "@code" else value
                    facts.sources[name] = f"default {rule.place}"
    words["kind"] = (facts.rule.prefix if facts.rule else "") + facts.kind
    opened = tuple(_counts(place, facts) for place in dialect.loose)
    return LineClass(tuple(_name(words.get(c)) for c in WORD_COLUMNS), opened, words.get("text")), (
        facts
    )


@lru_cache(maxsize=4096)
def rules_for(dialect: Dialect, code: str | None) -> tuple[Rule, ...]:
    """The rules that a record with this code may fit at all, in order."""
    facts = Facts(Record({}, {}), code)
    return tuple(
        rule
        for rule in dialect.rules
        if all(test.holds(facts) for test in rule.when.tests if test.name == "code")
    )


def code_of(record: Record, dialect: Dialect) -> tuple[str | None, str | None]:
    """The code of a record, and the key that gave it; None twice when it has none."""
    for path in dialect.code:
        value = path.of(record)
        if isinstance(value, str) and value:
            code = dialect.code_transform(value) if dialect.code_transform else value
            return _name(code), path.text
    return None, None


def _word(places: tuple[Place, ...], facts: Facts) -> str | None:
    for place in places:
        found = _at(place, facts)
        if found is not None:
            facts.sources[place.column] = place.path.text
            return found
    return None


def _at(place: Place, facts: Facts) -> str | None:
    text = word(place.path.of(facts.record))
    # The key that gave the code is spent: a `code` beside a `type` may be a reason, never both.
    if text is None or place.path.text == facts.code_key or not _counts(place, facts):
        return None
    found = place.word_transform(text) if place.word_transform else text
    if place.mapping is not None and found is not None:
        return place.mapping.get(found.casefold(), None if place.only_mapped else found)
    return found


def _counts(place: Place, facts: Facts) -> bool:
    if not place.conditional:
        return True
    return place.when.holds(facts) and not (place.unless and place.unless.holds(facts))


def _name(text: str | None) -> str | None:
    return text[:MAX_WORD] or None if text is not None else None


class Classifier:
    """Classifies records of one dialect, and remembers what it answered.

    Args:
        dialect: whose rules apply.
        limit: how many answers are remembered.
    """

    def __init__(self, dialect: Dialect, limit: int = 65_536) -> None:
        self._dialect = dialect
        self._limit = limit
        self._known: dict[tuple[Any, ...], LineClass] = {}
        paths = list(class_paths(dialect))
        self._field_keys = [p.keys[0] for p in paths if len(p.steps) == 1 and not p.in_details]
        self._detail_keys = [p.keys[0] for p in paths if len(p.steps) == 1 and p.in_details]
        deep: dict[tuple[bool, str], list[KeyPath]] = {}
        for path in paths:
            if len(path.steps) > 1:
                deep.setdefault((path.in_details, path.keys[0]), []).append(path)
        # Most records lack most first keys: one look says that all paths below it lead nowhere.
        self._deep = [(*first, below, [_ABSENT] * len(below)) for first, below in deep.items()]

    def __call__(self, record: Record) -> LineClass:
        """The class of a record."""
        fields, details = record.fields, record.details
        values = [fields.get(key, _ABSENT) for key in self._field_keys]
        values += [details.get(key, _ABSENT) for key in self._detail_keys]
        for in_details, first, below, nowhere in self._deep:
            if first not in (details if in_details else fields):
                values += nowhere
                continue
            for path in below:
                exists, value = path.find(record)
                values.append(value if exists else _ABSENT)
        key = tuple([v if type(v) in _PLAIN else _stand_in(v) for v in values])
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            found = self._known[key] = classify(record, self._dialect)[0]
        return found


_ABSENT: Final = object()
_PLAIN: Final = frozenset({str, type(None), object})


def _stand_in(value: Any) -> Any:
    """A hashable stand-in: equal only for values that `classify` cannot tell apart."""
    return (type(value), value) if isinstance(value, bool | int | float) else _NESTED


_NESTED: Final = ("an array or object",)


def class_keys(dialect: Dialect) -> Iterator[str]:
    """Names of all keys on whose values `classify` may depend, wherever they stand."""
    return iter(dict.fromkeys(path.keys[-1] for path in class_paths(dialect, only_compared=True)))


def class_paths(dialect: Dialect, *, only_compared: bool = False) -> Iterator[KeyPath]:
    """The paths that `classify` looks at, each once."""
    paths = [*dialect.code]
    conditions = [rule.when for rule in (*dialect.rules, *dialect.defaults)]
    for places in (*dialect.words.values(), dialect.loose):
        for place in places:
            conditions += [place.when, *([place.unless] if place.unless else [])]
            if places is not dialect.loose:
                paths.append(place.path)
    for condition in conditions:
        paths += condition.compared_paths if only_compared else condition.paths
    return iter(dict.fromkeys(paths))
