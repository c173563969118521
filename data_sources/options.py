"""The options of a source, as its constructor declares them, and values checked by them."""

from __future__ import annotations

import datetime as dt
import difflib
import inspect
import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from data_sources.errors import ConfigError

_WORDS: Final = {
    str: "a text in quotes",
    Path: "a path in quotes",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
}


class EnvironmentText(str):
    """A value from the environment: always text, so it is read as the type that is asked for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One key of a table: its type, whether it must be there, and whether it is a secret."""

    name: str
    annotation: Any
    required: bool = False
    secret: bool = False


def options_of(source_class: type, without: Iterable[str] = ("name",)) -> dict[str, Option]:
    """The options of a kind of source: the plain parameters of its constructor.

    Parameters that no file can express (a transport, a clock) are left out, and so is the name,
    which is the name of the table. A class names its secrets in `secrets`.
    """
    hints = get_type_hints(source_class.__init__, include_extras=True)  # type: ignore[misc]
    secrets: frozenset[str] = getattr(source_class, "secrets", frozenset())
    found = {}
    for parameter in list(inspect.signature(source_class).parameters.values()):
        annotation = hints.get(parameter.name, str)
        if parameter.name in without or not _plain(annotation):
            continue
        required = parameter.default is inspect.Parameter.empty
        secret = parameter.name in secrets
        found[parameter.name] = Option(parameter.name, annotation, required, secret)
    return found


def checked(
    values: Mapping[str, Any], options: Mapping[str, Option], path: str, about: str = ""
) -> dict[str, Any]:
    """The values of a table in their declared types.

    Args:
        values: as read from TOML (strictly typed) or the environment (`EnvironmentText`).
        options: what is allowed, from `options_of()`.
        path: the table's own path, such as `sources.aurora`.
        about: what the options belong to, for the message, such as `for kind 'jsonl'`.

    Raises:
        ConfigError: at the first key that is unknown, missing, secret or of the wrong type; the
            text starts with the key's path and says what is allowed.
    """
    for key, value in values.items():
        if key not in options:
            raise ConfigError(unknown(f"{path}.{key}", key, value, options, about))
        if options[key].secret and not isinstance(value, EnvironmentText):
            variable = f"DESKWATCH_{path}.{key}".upper().replace(".", "__")
            raise ConfigError(f"{path}.{key}: a secret; set it in the environment as {variable}")
    missing = [o.name for o in options.values() if o.required and o.name not in values]
    if missing:
        wanted = in_words(options[missing[0]].annotation)
        raise ConfigError(f"{path}.{missing[0]}: is missing; it must be {wanted}")
    return {key: _typed(options[key], value, f"{path}.{key}") for key, value in values.items()}


def unknown(
    path: str, key: str, value: Any, known: Iterable[str], about: str = "", what: str = "key"
) -> str:
    """The message for a key (or a kind) that is not known: the near miss, and what is."""
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    scope = f" {about}" if about else ""
    return (
        f"{path}: unknown {what} (value {_shown(value)}).{hint} Allowed{scope}: {', '.join(names)}"
    )


def in_words(annotation: Any) -> str:
    """What an option may be, such as `a number` or `one of 'push', 'interval'`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return in_words(arguments[0])
    if origin is Literal:
        return "one of " + ", ".join(repr(value) for value in arguments)
    if origin in (Union, types.UnionType):
        skipped = (type(None), str) if Path in arguments else (type(None),)
        words = [in_words(argument) for argument in arguments if argument not in skipped]
        return " or ".join(dict.fromkeys(words))
    if origin in (list, tuple, set, frozenset):
        return f"a list of {in_words(arguments[0])}" if arguments else "a list"
    if origin is dict:
        return f"a table, each value {in_words(arguments[1])}"
    return _WORDS.get(annotation, str(annotation))


def _typed(option: Option, value: Any, path: str) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(option.annotation)
    try:
        if isinstance(value, EnvironmentText):
            return adapter.validate_strings(str(value), strict=False)
        # By way of JSON, because there strict still lets a text be a path.
        return adapter.validate_json(json.dumps(value), strict=True)
    except (ValidationError, TypeError, ValueError) as e:
        allowed = in_words(option.annotation)
        limits = [
            error["msg"].lower()
            for error in (e.errors() if isinstance(e, ValidationError) else [])
            if error["type"].startswith(("greater", "less", "string_", "value_error", "finite"))
        ]
        detail = f" ({limits[0]})" if limits and "string_type" not in str(e) else ""
        shown = "***" if option.secret else _shown(value)
        raise ConfigError(f"{path}: was {shown}; it must be {allowed}{detail}") from None


def _plain(annotation: Any) -> bool:
    """Whether a TOML file can express the type."""
    if get_origin(annotation) is Literal or annotation in (*_WORDS, type(None)):
        return True
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _plain(arguments[0])
    return bool(arguments) and all(a is Ellipsis or _plain(a) for a in arguments)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return str(value)
    return repr(str(value) if isinstance(value, str) else value)[:80]
