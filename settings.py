"""The typed form of `deskwatch.toml` and of the `DESKWATCH_…` variables that override it."""

from __future__ import annotations

import glob
import os
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data_sources.errors import ConfigError, DialectError
from data_sources.options import EnvironmentText, Option, checked, options_of, unknown
from data_sources.registry import discover

FILE_NAME: Final = "deskwatch.toml"
PREFIX: Final = "DESKWATCH_"
KINDS: Final = (
    *("jsonl", "health", "rest", "sse", "redis_streams", "parquet"),
    *("runs", "sessions", "alpaca", "marker", "deskwatch"),
)
_SHAPES: Final = {
    "desk": "[desk] and a key of it, such as DESKWATCH_DESK__NAME",
    "sources": "a source and a key of it, such as DESKWATCH_SOURCES__BOT__URL",
}
_PATH_OPTION: Final = re.compile(r"(^|_)(path|file|dir)$")


class SettingsError(Exception):
    """The configuration cannot be used; the text is the whole message for a person."""

    exit_code: Final = 78
    """EX_CONFIG of sysexits.h."""


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("not a zone of the tz database, such as Europe/Kyiv")
    return name


class Desk(BaseModel):
    """The table `[desk]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        default="Desk", description="shown in the header beside the environment badge"
    )
    environment: Literal["demo", "paper", "staging", "production", "unknown"] = Field(
        default="unknown", description="the badge in the header"
    )
    window_seconds: Annotated[float, Field(gt=0, le=31_536_000)] = Field(
        default=300.0, description="the window that live numbers look back on"
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="for display only; everything is kept in UTC"
    )
    live: Literal["push", "interval"] = Field(
        default="push", description="push (interval takes over when the stream is down) or interval"
    )
    kept_events: Annotated[int, Field(ge=10_000, le=100_000_000)] = Field(
        default=500_000,
        description="events kept row by row, about 250 bytes each; older ones as counts by minute",
    )
    state_dir: str = Field(
        default=".deskwatch", description="counters and history; never beside the logs"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the door is told.

    Attributes:
        desk: the table `[desk]`, `state_dir` made absolute.
        sources: name → `kind` and the checked keyword arguments of that kind's class.
        file: the file they were read from, or None.
    """

    desk: Desk = field(default_factory=Desk)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    file: Path | None = None


def load(
    config: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    kinds: Callable[[], Mapping[str, type]] | None = None,
) -> Settings:
    """Read, merge and check: *overrides* before the environment before the file before defaults.

    Args:
        config: a TOML file, or None for no file.
        overrides: what the command line says, as `{"desk": {"window_seconds": 60.0}}`.
        environment: `os.environ` when missing.
        kinds: gives the classes of sources by kind; those that exist when missing.

    Returns:
        Settings whose paths are absolute: a relative one starts at the configuration file's folder.

    Raises:
        SettingsError: with one message that names the key's path, the value and what is allowed.
    """
    text = _text(config)
    start = Path.cwd() if config is None else config.resolve().parent
    try:
        table = tomllib.loads(text)
        variables = _from_environment(os.environ if environment is None else environment, table)
        merged = _merged(_merged(table, variables), overrides or {})
        for key, value in merged.items():
            if key not in _SHAPES:
                raise ConfigError(unknown(key, key, value, _SHAPES))
            if not isinstance(value, dict):
                raise ConfigError(f"{key}: was {value!r}; it must be a table, [{key}]")
        desk = checked(merged.get("desk", {}), _desk_options(), "desk", "in [desk]")
        desk["state_dir"] = _absolute(start, desk.get("state_dir", ".deskwatch"))
        tables = merged.get("sources", {})
        known = (kinds or discover)() if tables else {}
        sources = {name: _source(name, table, start, known) for name, table in tables.items()}
    except tomllib.TOMLDecodeError as e:
        raise SettingsError(f"{config}: not TOML: {e}") from None
    except ConfigError as e:
        raise SettingsError(f"{_place(config, text, str(e))}{e}") from None
    return Settings(Desk(**desk), sources, config)


def _text(config: Path | None) -> str:
    if config is None:
        return ""
    try:
        return config.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{config}: no such file") from None
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsError(f"{config}: cannot be read: {e}") from None


def _from_environment(environment: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, Any]:
    """The tables that the variables spell; one without `__` is none of ours."""
    found: dict[str, Any] = {}
    for variable, value in sorted(environment.items()):
        parts = variable.removeprefix(PREFIX).lower().split("__")
        if not variable.startswith(PREFIX) or len(parts) < 2:
            continue
        if parts[0] not in _SHAPES:
            raise ConfigError(unknown(variable, parts[0], value, _SHAPES, f"after {PREFIX}"))
        if len(parts) != (2 if parts[0] == "desk" else 3) or not all(parts):
            raise ConfigError(f"{variable}: it must name {_SHAPES[parts[0]]}")
        inner = found.setdefault(parts[0], {})
        if parts[0] == "sources":
            # Variables are upper case by custom; the file says how the name is really written.
            own = table.get("sources")
            names = {name.lower(): name for name in own} if isinstance(own, dict) else {}
            inner = inner.setdefault(names.get(parts[1], parts[1]), {})
        inner[parts[-1]] = EnvironmentText(value)
    return found


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged


def _desk_options() -> dict[str, Option]:
    fields = Desk.model_fields.items()
    return {
        name: Option(
            name, Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        )
        for name, info in fields
    }


def _source(name: str, table: object, start: Path, known: Mapping[str, type]) -> dict[str, Any]:
    path = f"sources.{name}"
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: was {table!r}; it must be a table, [{path}]")
    kind = table.get("kind")
    if kind is None:
        raise ConfigError(f"{path}.kind: is missing; it must be one of {', '.join(sorted(known))}")
    if kind not in known:
        if kind in KINDS:
            raise ConfigError(f"{path}.kind: '{kind}' is not built yet; built: {', '.join(known)}")
        raise ConfigError(unknown(f"{path}.kind", str(kind), kind, known, what="kind"))
    options = {key: value for key, value in table.items() if key != "kind"}
    values = checked(options, options_of(known[kind]), path, f"for kind '{kind}'")
    for key, value in values.items():
        if isinstance(value, str | Path) and str(value) and _is_path(key, str(value)):
            values[key] = _existing(f"{path}.{key}", _absolute(start, str(value)))
    try:
        # A source that cannot be made is refused here, where its key and line can still be named.
        known[kind](**values, name=name).close()
    except ConfigError as e:
        raise ConfigError(f"{path}.{e}") from None
    except DialectError as e:
        raise ConfigError(f"{path}.dialect: {e}") from None
    return {"kind": str(kind), **values}


def _is_path(key: str, value: str) -> bool:
    return bool(_PATH_OPTION.search(key)) or (key == "dialect" and value.endswith(".toml"))


def _absolute(start: Path, value: str) -> str:
    return os.path.normpath(start / Path(value).expanduser())


def _existing(key: str, path: str) -> str:
    """The path itself. It may come into being later, but then its folder must be there."""
    firm = Path(path)
    while glob.has_magic(str(firm)):
        firm = firm.parent
    if not firm.exists() and not firm.parent.is_dir():
        raise ConfigError(
            f"{key}: was '{path}'; neither it nor its folder exists. "
            "It may be a file, a folder or a pattern; relative ones start at the configuration file"
        )
    return path


def _place(config: Path | None, text: str, message: str) -> str:
    """`file, line N: ` of the key that the message begins with, as far as it can be found."""
    path = message.partition(": ")[0]
    if config is None or path.startswith(PREFIX):
        return ""
    table, _, key = path.rpartition(".")
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            current = re.sub(r"[\s\"']", "", header[1])
            if current == path:
                return f"{config}, line {number}: "
        elif current == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return f"{config}, line {number}: "
    return f"{config}: "
