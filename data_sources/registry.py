"""Finds the kinds of sources: each is one file of this folder that holds a class with a `kind`."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from data_sources.errors import SourceError
from data_sources.reading import Reading

FOLDER = Path(__file__).parent
_DECLARES: Final = re.compile(
    rb"""^[ \t]+kind(?P<sure>: ClassVar(?:\[str\])?)?\s*(?::[^=\n]*)?=\s*["'](?P<kind>\w+)["']""",
    re.MULTILINE,
)
"""How a class says its kind; read as text, because to import all of them takes half a second."""


class Source(Protocol):
    """What every kind of source can do."""

    kind: str
    name: str

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        """Give what is new (streams) or the whole (states)."""

    def close(self) -> None:
        """Let everything go."""


class Kinds(Mapping[str, type]):
    """Kind → class, sorted by kind; a class is imported when it is asked for, and not before.

    A desk of one log need not wait until the clients of brokers and streams are loaded.
    """

    def __init__(self, files: Mapping[str, Path], package: str) -> None:
        self._files = {kind: files[kind] for kind in sorted(files)}
        self._package = package

    def __getitem__(self, kind: str) -> type:
        module = importlib.import_module(f"{self._package}.{self._files[kind].stem}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if member.__module__ == module.__name__ and getattr(member, "kind", None) == kind:
                return member
        raise SourceError(f"{self._files[kind].name}: no class there has the kind {kind!r}")

    def __contains__(self, kind: object) -> bool:
        return kind in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@lru_cache(maxsize=1)
def discover() -> Kinds:
    """Kind → class, for all kinds in this folder, sorted by kind.

    Raises:
        SourceError: when two files have the same kind; names both.
    """
    return find_kinds(FOLDER, "data_sources")


def find_kinds(folder: Path, package: str) -> Kinds:
    """The same for any folder that is a package.

    Raises:
        SourceError: when two files have the same kind; names both.
    """
    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*.py")):
        for kind in _kinds_in(file):
            if kind in found:
                raise SourceError(
                    f"two files have the kind {kind!r}: {found[kind].name} and {file.name}; "
                    "rename one"
                )
            found[kind] = file
    return Kinds(found, package)


def class_named(name: str) -> type:
    """The class of a kind, such as `RedisStreamsSource` of `redis_streams`.

    Only its own file is imported. As `__getattr__` of the package it lets a notebook import the
    class of any kind that is in the folder.

    Raises:
        AttributeError: no kind has such a class.
    """
    for kind in discover() if name.endswith("Source") else ():
        if f"{kind.replace('_', '')}source" == name.lower():
            source_class = discover()[kind]
            if source_class.__name__ == name:
                return source_class
    raise AttributeError(f"module 'data_sources' has no attribute {name!r}", name=name)


def _kinds_in(file: Path) -> list[str]:
    """The kinds that classes of a file set, read from its text: nothing is imported."""
    try:
        text = file.read_bytes()
    except OSError:
        return []
    found = list(_DECLARES.finditer(text))
    if all(each["sure"] for each in found):
        return [each["kind"].decode() for each in found]
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    classes = [each for each in tree.body if isinstance(each, ast.ClassDef)]
    return [kind for each in classes for node in each.body if (kind := _kind_set_by(node))]


def _kind_set_by(node: ast.stmt) -> str | None:
    if not isinstance(node, ast.AnnAssign | ast.Assign):
        return None
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    if not isinstance(target, ast.Name) or target.id != "kind":
        return None
    value = node.value
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
