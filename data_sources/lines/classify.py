"""Finds out what kind of event a record is: its words, and where its ids and numbers stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from data_sources.dialects.condition import Condition
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
    if dialect.whole_when_has and all(name in fields for name in dialect.whole_when_has):
        return Record(fields, fields, wrapped)
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
    opened = tuple(counts(place, facts) for place in dialect.loose)
    named = tuple(shortened(words.get(column)) for column in WORD_COLUMNS)
    return LineClass(named, opened, words.get("text")), facts


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
            return code_in(value, dialect), path.text
    return None, None


def code_in(value: str, dialect: Dialect) -> str | None:
    """The code that a text means."""
    return shortened(dialect.code_transform(value) if dialect.code_transform else value)


def _word(places: tuple[Place, ...], facts: Facts) -> str | None:
    for place in places:
        found = word_at(place, facts)
        if found is not None:
            facts.sources[place.column] = place.path.text
            return found
    return None


def word_at(place: Place, facts: Facts) -> str | None:
    """What a record says at a place of words; None where it says nothing that counts."""
    # The key that gave the code is spent: a `code` beside a `type` may be a reason, never both.
    if place.path.text == facts.code_key or not counts(place, facts):
        return None
    return said(place, place.path.of(facts.record))


def said(place: Place, value: Any) -> str | None:
    """What a value means at a place of words."""
    text = word(value)
    if text is None:
        return None
    found = place.word_transform(text) if place.word_transform else text
    if place.mapping is not None and found is not None:
        return place.mapping.get(found.casefold(), None if place.only_mapped else found)
    return found


def counts(place: Place, facts: Facts) -> bool:
    """Whether what stands at a place counts for this record."""
    if not place.conditional:
        return True
    return place.when.holds(facts) and not (place.unless and place.unless.holds(facts))


def shortened(text: str | None) -> str | None:
    """A word as a column keeps it: not too long, and None when it is empty."""
    return text[:MAX_WORD] or None if text is not None else None


def class_keys(dialect: Dialect) -> Iterator[str]:
    """Names of all keys on whose values `classify` may depend, wherever they stand."""
    return iter(dict.fromkeys(path.keys[-1] for path in class_paths(dialect, only_compared=True)))


def class_paths(dialect: Dialect, *, only_compared: bool = False) -> Iterator[KeyPath]:
    """The paths that `classify` looks at, each once."""
    paths = [*dialect.code, *(p.path for places in dialect.words.values() for p in places)]
    for condition in conditions_of(dialect):
        paths += condition.compared_paths if only_compared else condition.paths
    return iter(dict.fromkeys(paths))


def conditions_of(dialect: Dialect) -> Iterator[Condition]:
    """All that a dialect asks of a record to find its class."""
    yield from (rule.when for rule in (*dialect.rules, *dialect.defaults))
    for places in (*dialect.words.values(), dialect.loose):
        for place in places:
            yield place.when
            if place.unless is not None:
                yield place.unless
