"""How the words of lines are found that differ in nothing but words which are merely copied.

A denial says why in words of its own, and each of them may be new. Which rule fits, which places
count and what the other columns say does not depend on it: that is found out once, and then only
the words themselves are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from data_sources.dialects.dialect import WORD_COLUMNS, Dialect, Place, Rule
from data_sources.dialects.key_path import KeyPath
from data_sources.lines.classify import Facts, LineClass, counts, said, shortened

_CODE: Final = WORD_COLUMNS.index("code")
_AS_CODE: Final = "@code"
"""What a rule writes where a column repeats the code."""


class Copied(NamedTuple):
    """A column that copies a word.

    column     its number in `WORD_COLUMNS`
    places     where the word may stand, in order: which of the values, and how it is changed
    otherwise  what the column says when none of them holds a word; "@code" is the line's code
    """

    column: int
    places: tuple[tuple[int, Place], ...]
    otherwise: str | None


class Recipe(NamedTuple):
    """The class of lines that are alike in all that decides.

    met     the class of the first such line
    copied  the columns in which the others may differ from it
    coded   whether the code of a line is what its column `code` says
    told    whether the code is also what the class falls back to for a text
    """

    met: LineClass
    copied: tuple[Copied, ...]
    coded: bool
    told: bool

    def line_class(self, values: Sequence[Any], code: str | None) -> LineClass:
        """The class of a line that holds these values and has this code."""
        words = list(self.met.words)
        if self.coded:
            words[_CODE] = code
        for column, places, otherwise in self.copied:
            found = None
            for index, place in places:
                found = said(place, values[index])
                if found is not None:
                    break
            else:
                found = code if otherwise == _AS_CODE else otherwise
            words[column] = shortened(found)
        return LineClass(tuple(words), self.met.open, code if self.told else self.met.text)


def recipe_of(
    met: LineClass,
    facts: Facts,
    dialect: Dialect,
    at: Mapping[KeyPath, int],
) -> Recipe:
    """The recipe for all records that differ in words from one that was classified.

    Args:
        met: the class of that record.
        facts: what was found out about it.
        dialect: whose rules apply.
        at: path → its place among the values of a record, for the paths where this one has any.
    """
    then = facts.rule.then if facts.rule else {}
    defaults = [rule for rule in dialect.defaults if rule.when.holds(facts)]
    copied = []
    for number, column in enumerate(WORD_COLUMNS):
        if column in then or number <= _CODE:
            continue
        places = tuple(
            (at[place.path], place)
            for place in dialect.words.get(column, ())
            if place.path in at and place.path.text != facts.code_key and counts(place, facts)
        )
        otherwise = _default(column, defaults, facts)
        if places or otherwise == _AS_CODE:
            copied.append(Copied(number, places, otherwise))
    coded = "code" not in then and facts.code is not None
    told = "text" not in then and _default("text", defaults, facts) == _AS_CODE
    return Recipe(met, tuple(copied), coded, told)


def _default(column: str, defaults: Iterable[Rule], facts: Facts) -> str | None:
    """What fills a column; a code that is missing fills nothing."""
    told = (rule.then[column] for rule in defaults if column in rule.then)
    return next((value for value in told if value != _AS_CODE or facts.code is not None), None)
