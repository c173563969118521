"""Finds the kinds of sources: each is one file of this folder that holds a class with a `kind`."""

from __future__ import annotations

import ast
import importlib
import inspect
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from data_sources.errors import SourceError
from data_sources.reading import Reading

FOLDER = Path(__file__).parent


class Source(Protocol):
    """What every kind of source can do."""

    kind: str
    name: str

    def read(self, cursor: dict[str, Any] | None = None, *, limit_bytes: int = 8 << 20) -> Reading:
        """Give what is new (streams) or the whole (states)."""

    def close(self) -> None:
        """Let everything go."""


@lru_cache(maxsize=1)
def discover() -> dict[str, type]:
    """Kind → class, for all kinds in this folder, sorted by kind.

    Raises:
        SourceError: when two files have the same kind; names both.
    """
    return find_kinds(FOLDER, "data_sources")


def find_kinds(folder: Path, package: str) -> dict[str, type]:
    """The same for any folder that is a package.

    Raises:
        SourceError: when two files have the same kind; names both.
    """
    found: dict[str, tuple[type, Path]] = {}
    for file in sorted(folder.glob("*.py")):
        if not _declares_a_kind(file):
            continue
        module = importlib.import_module(f"{package}.{file.stem}")
        for kind, source_class in _kinds_of(module):
            if kind in found:
                raise SourceError(
                    f"two files have the kind {kind!r}: {found[kind][1].name} and {file.name}; "
                    "rename one"
                )
            found[kind] = (source_class, file)
    return {kind: found[kind][0] for kind in sorted(found)}


def _declares_a_kind(file: Path) -> bool:
    """Whether a class in the file sets `kind` to a text, found without importing the file."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, OSError):
        return False
    return any(
        _sets_kind(node)
        for each in tree.body
        if isinstance(each, ast.ClassDef)
        for node in each.body
    )


def _sets_kind(node: ast.stmt) -> bool:
    if not isinstance(node, ast.AnnAssign | ast.Assign):
        return False
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    value = node.value
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return isinstance(target, ast.Name) and target.id == "kind" and is_text


def _kinds_of(module: ModuleType) -> list[tuple[str, type]]:
    own = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__
    ]
    kinds = [(getattr(each, "kind", None), each) for each in own]
    return [(kind, each) for kind, each in kinds if isinstance(kind, str)]
