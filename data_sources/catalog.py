"""Sources by the names that a desk gave them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from data_sources.errors import ConfigError, DialectError
from data_sources.options import checked, options_of, unknown
from data_sources.registry import Source, discover


class Catalog(Mapping[str, Source]):
    """The sources of a desk, made when first asked for.

    Example:
        >>> sources = Catalog.from_toml("deskwatch.toml")
        >>> sources["aurora"].read().frame
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Make the sources of a `deskwatch.toml`; relative paths start at its folder.

        Raises:
            ConfigError: naming the file, the key's path, the value and what is allowed.
        """
        file = Path(path)
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except OSError as e:
            raise ConfigError(f"{file}: cannot be read: {e.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
            raise ConfigError(f"{file}: is not TOML: {e}") from None
        sources = table.get("sources", {})
        if not isinstance(sources, dict):
            raise ConfigError(
                f"{file}: sources: was {sources!r}; it must be a table, [sources.<name>]"
            )
        try:
            return cls.from_specs(sources, start=file.resolve().parent)
        except ConfigError as e:
            raise ConfigError(f"{file}: {e}") from None

    @classmethod
    def from_specs(
        cls, specs: Mapping[str, Mapping[str, Any]], *, start: Path | None = None
    ) -> Self:
        """Make sources from tables, as they stand below `[sources]`.

        Args:
            specs: name → table with `kind` and the options of that kind.
            start: where relative paths start; the working directory when missing.

        Raises:
            ConfigError: naming the key's path, the value and what is allowed.
        """
        return cls({name: _source(name, spec, start or Path()) for name, spec in specs.items()})

    def __getitem__(self, name: str) -> Source:
        try:
            return self._sources[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._sources, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            known = ", ".join(sorted(self._sources)) or "none"
            raise KeyError(f"no source '{name}'.{hint} Known: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def __repr__(self) -> str:
        return f"Catalog({', '.join(f'{name}: {source.kind}' for name, source in self.items())})"

    def close(self) -> None:
        """Close all sources."""
        for source in self._sources.values():
            source.close()


def _source(name: str, spec: Mapping[str, Any], start: Path) -> Source:
    path = f"sources.{name}"
    if not isinstance(spec, Mapping):
        raise ConfigError(f"{path}: was {spec!r}; it must be a table, [{path}]")
    kinds = discover()
    kind = spec.get("kind")
    if kind is None:
        raise ConfigError(f"{path}.kind: is missing; it must be one of {', '.join(kinds)}")
    if kind not in kinds:
        near = difflib.get_close_matches(str(kind), kinds, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(
            f"{path}.kind: unknown kind {kind!r}.{hint} Known kinds: {', '.join(kinds)}"
        )
    options = {key: value for key, value in spec.items() if key != "kind"}
    if "name" in options:
        raise ConfigError(unknown(f"{path}.name", "name", options["name"], options_of(kinds[kind])))
    values = checked(options, options_of(kinds[kind]), path, f"for kind '{kind}'")
    for key in ("path", "logs_path", "dialect"):
        text = str(values.get(key, ""))
        if text and (key != "dialect" or text.endswith(".toml")):
            values[key] = str(start / Path(text).expanduser())
    if "path" in values:
        _refuse_nowhere(f"{path}.path", str(values["path"]))
    try:
        source: Source = kinds[kind](**values, name=name)
    except (ConfigError, DialectError) as e:
        key = "dialect" if isinstance(e, DialectError) else ""
        raise ConfigError(f"{path}.{key}: {e}" if key else f"{path}.{e}") from None
    return source


def _refuse_nowhere(key: str, text: str) -> None:
    """Refuse a path that cannot become one: a log may come later, its folder is a slip of the pen.

    Raises:
        ConfigError: neither the path (before its first wildcard) nor the folder of it exists.
    """
    parts = Path(text).parts
    wild = [place for place, part in enumerate(parts) if set(part) & set("*?[")]
    fixed = Path(*parts[: wild[0]]) if wild else Path(text)
    if not fixed.exists() and not fixed.parent.is_dir():
        raise ConfigError(
            f"{key}: was {text!r}; it must be a path that exists, or whose folder does: "
            "what is not there yet is waited for"
        )
