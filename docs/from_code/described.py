"""What the docstring of a source's class says, section by section."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SECTION = re.compile(r"^([A-Z][a-z]+):$")
ENTRY = re.compile(r"^ {4}(\w+): (.+)$")


@dataclass(frozen=True, slots=True)
class Described:
    """A class in words.

    summary  the first sentence
    args     parameter → what it is
    frames   agreed frame → what its rows are
    states   state of the source → what it means
    """

    summary: str
    args: Mapping[str, str]
    frames: Mapping[str, str]
    states: Mapping[str, str]

    @property
    def does(self) -> str:
        """What the class does, as it goes on behind its name: "follows JSONL logs"."""
        first = self.summary.partition(";")[0].rstrip(".")
        return first[:1].lower() + first[1:]


def described(source_class: type) -> Described:
    """Read the docstring of a class, whose sections are in the style of Google."""
    lines = (inspect.getdoc(source_class) or "").splitlines()
    found: dict[str, dict[str, str]] = {}
    for section, name, text in _entries(lines):
        found.setdefault(section, {})[name] = text
    return Described(
        lines[0] if lines else "",
        found.get("Args", {}),
        found.get("Frames", {}),
        found.get("States", {}),
    )


def _entries(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Section, name and text of each entry; a text may go on in deeper lines."""
    section, name, words = "", "", list[str]()
    for line in [*lines, "End:"]:
        head, entry = SECTION.match(line), ENTRY.match(line)
        if (head or entry) and name:
            yield section, name, " ".join(words)
            name, words = "", []
        if head:
            section = head[1]
        elif entry and section:
            name, words = entry[1], [entry[2]]
        elif name and line.strip():
            words.append(line.strip())
