"""The configuration: what is read, and what overrides what."""

from __future__ import annotations

from pathlib import Path

import pytest

import settings as module  # noqa: TID251 - the test of settings
from data_sources.options import options_of
from data_sources.registry import discover
from settings import Desk, SettingsError, load  # noqa: TID251 - the test of settings
from tests.settings.settings_file import read

ROOT = Path(module.__file__).parent


def test_the_example_file_loads_and_names_every_option(tmp_path: Path) -> None:
    """deskwatch.example.toml is valid and mentions each option of the desk and of each source."""
    text = (ROOT / "deskwatch.example.toml").read_text()
    file = tmp_path / "deskwatch.toml"
    file.write_text(text)
    (tmp_path / "logs").mkdir()

    loaded = load(file, None, {})

    assert loaded.desk.name == "Paper desk"
    assert [table["kind"] for table in loaded.sources.values()] == ["jsonl", "health"]
    for name in Desk.model_fields:
        assert f"{name} = " in text
    for kind, source_class in discover().items():
        _, found, section = text.partition(f'kind = "{kind}"')
        assert found, kind
        section = section.partition("[sources.")[0]
        for name in options_of(source_class):
            assert f"{name} = " in section or f"__{name.upper()}" in section, (kind, name)


def test_defaults_without_any_file() -> None:
    """No file, no variable: an unnamed desk without sources, its state below the working folder."""
    loaded = load(None, None, {})

    assert loaded.desk.window_seconds == 300
    assert loaded.desk.environment == "unknown"
    assert loaded.desk.state_dir == str(Path.cwd() / ".deskwatch")
    assert loaded.sources == {}


def test_arguments_beat_variables_beat_the_file(tmp_path: Path) -> None:
    """The order is arguments, environment, file, defaults, key by key."""
    file = tmp_path / "d.toml"
    file.write_text('[desk]\nwindow_seconds = 1\nname = "file"\nlive = "interval"\n')
    environment = {"DESKWATCH_DESK__WINDOW_SECONDS": "2", "DESKWATCH_DESK__NAME": "variable"}

    desk = load(file, {"desk": {"window_seconds": 3.0}}, environment).desk

    assert (desk.window_seconds, desk.name, desk.live) == (3.0, "variable", "interval")


def test_a_source_is_checked_by_its_own_constructor(tmp_path: Path) -> None:
    """Options keep their types, and paths start at the folder of the file."""
    text = '[sources.aurora]\nkind = "jsonl"\npath = "logs"\nlines = 3\ntags = ["a"]\n'

    source = read(tmp_path, text).sources["aurora"]

    assert source == {"kind": "jsonl", "path": str(tmp_path / "logs"), "lines": 3, "tags": ["a"]}


def test_variables_reach_into_a_source_whatever_its_case(tmp_path: Path) -> None:
    """DESKWATCH_SOURCES__BOT__… merges into [sources.Bot], and its text takes the option's type."""
    text = '[sources.Bot]\nkind = "jsonl"\npath = "."\n'

    source = read(
        tmp_path,
        text,
        SOURCES__BOT__STALE_AFTER_SECONDS="7.5",
        SOURCES__BOT__FOLLOW="false",
        SOURCES__BOT__TOKEN="s3cret",
        SOURCES__BOT__DIALECT="42",
    ).sources["Bot"]

    assert source["stale_after_seconds"] == 7.5
    assert source["follow"] is False
    assert source["token"] == "s3cret"
    assert source["dialect"] == "42"


def test_other_variables_are_left_alone(tmp_path: Path) -> None:
    """A DESKWATCH_ variable without a double underscore is not a setting."""
    assert read(tmp_path, "", REALDATA="/x").sources == {}


def test_the_health_source_takes_its_options_from_a_file(tmp_path: Path) -> None:
    """The real class: a good table builds it, a wrong key is refused."""
    file = tmp_path / "d.toml"
    file.write_text(
        '[sources.bot]\nkind = "health"\nurl = "http://127.0.0.1:1/"\nevery_seconds = 2\n'
    )
    table = dict(load(file, None, {}).sources["bot"])
    kind = table.pop("kind")

    assert discover()[kind](name="bot", **table).every_seconds == 2
    file.write_text('[sources.bot]\nkind = "health"\nurl = "http://x/"\ntransport = "y"\n')
    with pytest.raises(SettingsError, match=r"sources\.bot\.transport: unknown key"):
        load(file, None, {})
