"""The example configuration: a table of every kind, each key with its default and its sense.

A line with two signs stays a comment when one sign is taken off the lines of a table: it is a
secret, or an option that is left out by default.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from data_sources.options import Option, options_of
from docs.from_code.described import described
from docs.from_code.kind_page import secret_of
from docs.from_code.toml_value import toml_value

BY_HAND: Final = frozenset({"jsonl", "health"})
"""The kinds that the head of the file shows at work, with all their keys."""
WIDTH: Final = 33


def parts(kinds: Mapping[str, type], pages: Mapping[str, str]) -> dict[str, str]:
    """The part of the example configuration that the code knows.

    Args:
        kinds: kind → class.
        pages: kind → its page, whose first TOML gives the values shown.
    """
    tables = [
        "\n".join(_table(kind, source_class, sample(pages.get(kind, ""))))
        for kind, source_class in kinds.items()
        if kind not in BY_HAND
    ]
    return {"kinds": "\n\n".join(tables)}


def sample(page: str) -> dict[str, Any]:
    """The table of the first source that a page shows; empty where it shows none."""
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shown = [
        source for block in blocks for source in tomllib.loads(block).get("sources", {}).values()
    ]
    return dict(shown[0]) if shown else {}


def _table(kind: str, source_class: type, shown: Mapping[str, Any]) -> Iterator[str]:
    said = described(source_class)
    name = f"{kind}_example"
    yield f"# [sources.{name}]"
    yield _line(f'kind = "{kind}"', said.does)
    parameters = inspect.signature(source_class).parameters
    for key, option in options_of(source_class).items():
        value = shown.get(key, parameters[key].default)
        yield _option(option, value, said.args.get(key, ""), name)


def _option(option: Option, value: object, text: str, source: str) -> str:
    if option.secret:
        told = secret_of(option, source.upper()).partition(": ")[2].strip("`")
        return f"# # {told} is a secret: set it in the environment"
    if value is None:
        return _line(f"# {option.name} = …", text.partition(". ")[0])
    shown = "…" if value is inspect.Parameter.empty else value
    return _line(f"{option.name} = {toml_value(shown)}", re.split(r"; |\. ", text)[0])


def _plain(text: str) -> str:
    """The words without their emphasis; a star in backticks is one that is meant."""
    return re.sub(r"`[^`]*`|\*", lambda found: found[0] if found[0] != "*" else "", text)


def _line(setting: str, text: str) -> str:
    return f"# {setting:<{WIDTH}} # {_plain(text.rstrip('.'))}"
