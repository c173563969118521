"""Sources by name, and the kinds that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

import data_sources
from data_sources import Catalog, ConfigError, HealthSource, JsonlSource, SourceError, discover
from data_sources.registry import find_kinds
from tests.data_sources.good_lines import good, write


def test_the_kinds_are_the_files() -> None:
    """Every kind is found by walking the folder; those that exist are there."""
    kinds = discover()
    assert kinds["jsonl"] is JsonlSource
    assert kinds["health"] is HealthSource
    assert list(kinds) == sorted(kinds)


def test_two_files_of_one_kind_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files that claim the same kind are refused, naming both."""
    package = tmp_path / "two_kinds"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in "first", "second":
        (package / f"{name}.py").write_text('class Source:\n    kind = "same"\n')
    (package / "neither.py").write_text("raise RuntimeError('is never imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SourceError, match=r"'same': first\.py and second\.py"):
        find_kinds(package, "two_kinds")


def test_from_toml(tmp_path: Path) -> None:
    """A configuration file gives its sources by name; relative paths start at its folder."""
    write(tmp_path / "logs/aurora/aurora_events.jsonl", good(1))
    config = tmp_path / "deskwatch.toml"
    config.write_text(
        '[desk]\nname = "x"\n'
        '[sources.aurora]\nkind = "jsonl"\npath = "logs/aurora"\ndialect = "aurora"\n'
        'account_id = "A1"\nstale_after_seconds = 5\n'
        '[sources.bot]\nkind = "health"\nurl = "http://127.0.0.1:9/health"\n'
    )
    with_names = Catalog.from_toml(config)
    assert list(with_names) == ["aurora", "bot"]
    frame = with_names["aurora"].read().frame
    assert frame[["source", "account_id"]].iloc[0].tolist() == ["aurora", "A1"]
    assert repr(with_names) == "Catalog(aurora: jsonl, bot: health)"
    with_names.close()


WRONG = [
    (
        {"path": "x"},
        r"sources\.a\.kind: is missing; it must be one of " + ", ".join(discover()) + "$",
    ),
    ({"kind": "jsnol"}, r"sources\.a\.kind: unknown kind 'jsnol'\. Did you mean 'jsonl'\? Known"),
    ({"kind": "jsonl"}, r"sources\.a\.path: is missing"),
    ({"kind": "jsonl", "path": 7}, r"sources\.a\.path: was 7; it must be"),
    (
        {"kind": "jsonl", "path": "x", "dialekt": "aurora"},
        r"sources\.a\.dialekt: unknown key .*Did you mean 'dialect'\? Allowed for kind 'jsonl':",
    ),
    (
        {"kind": "jsonl", "path": "x", "dialect": "auroar"},
        r"sources\.a\.dialect: unknown dialect 'auroar'\. Did you mean 'aurora'",
    ),
    (
        {"kind": "jsonl", "path": "x", "timezone": "Nowhere"},
        r"sources\.a\.timezone: was 'Nowhere'; it must be a zone",
    ),
    ({"kind": "jsonl", "path": "x", "clock": 1}, r"sources\.a\.clock: unknown key"),
]


@pytest.mark.parametrize(("table", "message"), WRONG, ids=lambda v: str(v)[:40])
def test_a_mistake_is_named(table: dict[str, object], message: str) -> None:
    """A wrong table is refused with the key's path, the value and what is allowed."""
    with pytest.raises(ConfigError, match=message):
        Catalog.from_specs({"a": table})


def test_an_unknown_name_says_which_exist(tmp_path: Path) -> None:
    """A name that is not there names the near miss and what is."""
    catalog = Catalog.from_specs({"aurora": {"kind": "jsonl", "path": str(tmp_path)}})
    with pytest.raises(KeyError, match=r"no source 'auora'\. Did you mean 'aurora'"):
        catalog["auora"]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """A file that is missing or no TOML is named."""
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        Catalog.from_toml(tmp_path / "nowhere.toml")
    (tmp_path / "broken.toml").write_text("[sources")
    with pytest.raises(ConfigError, match=r"broken\.toml: is not TOML"):
        Catalog.from_toml(tmp_path / "broken.toml")


def test_the_public_names() -> None:
    """What the package says it exports is there, and sorted."""
    for name in data_sources.__all__:
        assert hasattr(data_sources, name)
    assert data_sources.__all__ == sorted(data_sources.__all__, key=lambda n: (not n.isupper(), n))


@pytest.mark.parametrize("path", ["later", "later.jsonl", "logs-*/x.jsonl", "*.jsonl"])
def test_a_path_that_may_come_is_waited_for(tmp_path: Path, path: str) -> None:
    """What is not there yet is accepted when the folder it would stand in is there."""
    table = {"bot": {"kind": "jsonl", "path": path, "dialect": "aurora"}}
    assert Catalog.from_specs(table, start=tmp_path)["bot"].read().state == "waiting"


@pytest.mark.parametrize("path", ["no/such", "no/such/*.jsonl", "/no/such/place/log.jsonl"])
def test_a_path_in_no_folder_is_refused(tmp_path: Path, path: str) -> None:
    """Neither the path nor its folder: refused with the key, the value and what is allowed."""
    table = {"bot": {"kind": "jsonl", "path": path, "dialect": "aurora"}}
    with pytest.raises(ConfigError, match=r"sources\.bot\.path: was .*must be a path that exists"):
        Catalog.from_specs(table, start=tmp_path)
