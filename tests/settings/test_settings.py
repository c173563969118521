"""The configuration: what is read, what overrides what, and what each refusal says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

import settings as module  # noqa: TID251 - the test of settings
from data_sources.health import HealthSource
from data_sources.jsonl import JsonlSource
from data_sources.options import checked, options_of
from data_sources.registry import discover
from settings import Desk, SettingsError, load  # noqa: TID251 - the test of settings

ROOT = Path(module.__file__).parent


class Logs:
    """A stand-in with options of every type, a secret, and parameters that no file can express."""

    kind: ClassVar = "jsonl"
    secrets: ClassVar = frozenset({"token"})

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        dialect: str = "auto",
        stale_after_seconds: float | None = None,
        account_id: str = "",
        lines: int = 1,
        follow: bool = True,
        tags: list[str] | None = None,
        order: Literal["time", "file"] = "time",
        token: str = "",
        now: Any = None,
    ) -> None: ...

    def close(self) -> None: ...


def read(folder: Path, text: str, **variables: str):
    """Settings of a file with this text and these variables."""
    file = folder / "deskwatch.toml"
    file.write_text(text)
    environment = {f"DESKWATCH_{key}": value for key, value in variables.items()}
    return load(file, None, environment, lambda: {"jsonl": Logs})


def refusal(folder: Path, text: str, **variables: str) -> str:
    """The one message with which that is refused."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, **variables)
    assert caught.value.exit_code == 78
    return str(caught.value).removeprefix(f"{folder / 'deskwatch.toml'}")


def test_the_example_file_loads_and_names_every_option(tmp_path: Path) -> None:
    """deskwatch.example.toml is valid and mentions each option of the desk and of each source."""
    text = (ROOT / "deskwatch.example.toml").read_text()
    file = tmp_path / "deskwatch.toml"
    file.write_text(text)
    (tmp_path / "logs").mkdir()

    loaded = load(file, None, {})

    assert loaded.desk.name == "Paper desk"
    assert [table["kind"] for table in loaded.sources.values()] == ["jsonl", "health"]
    for name in (*Desk.model_fields, *options_of(HealthSource), *options_of(JsonlSource)):
        assert f"{name} = " in text or f"__{name.upper()}" in text


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[desk]\nname = 'x'\nwindow_second = 5\n",
            (
                ", line 3: desk.window_second: unknown key (value 5). "
                "Did you mean 'window_seconds'? "
                "Allowed in [desk]: environment, live, name, state_dir, timezone, window_seconds"
            ),
        ),
        (
            '[desk]\nwindow_seconds = "5"\n',
            ", line 2: desk.window_seconds: was '5'; it must be a number",
        ),
        (
            "[desk]\nwindow_seconds = -1\n",
            (
                ", line 2: desk.window_seconds: was -1; it must be a number "
                "(input should be greater than 0)"
            ),
        ),
        (
            '[desk]\nlive = "pull"\n',
            ", line 2: desk.live: was 'pull'; it must be one of 'push', 'interval'",
        ),
        ("[desk]\nname = true\n", ", line 2: desk.name: was true; it must be a text in quotes"),
        (
            '[desk]\ntimezone = "Mars/Olympus"\n',
            (
                ", line 2: desk.timezone: was 'Mars/Olympus'; it must be a text in quotes "
                "(value error, not a zone of the tz database, such as europe/kyiv)"
            ),
        ),
        (
            "[desks]\n",
            (
                ", line 1: desks: unknown key (value a table). Did you mean 'desk'? "
                "Allowed: desk, sources"
            ),
        ),
        ("desk = 3\n", ", line 1: desk: was 3; it must be a table, [desk]"),
        (
            '[sources.a]\nkind = "jsonll"\n',
            (
                ", line 2: sources.a.kind: unknown kind (value 'jsonll'). Did you mean 'jsonl'? "
                "Allowed: jsonl"
            ),
        ),
        (
            '[sources.a]\nkind = "sse"\n',
            ", line 2: sources.a.kind: 'sse' is not built yet; built: jsonl",
        ),
        ("[sources.a]\n", ": sources.a.kind: is missing; it must be one of jsonl"),
        (
            '[sources.a]\nkind = "jsonl"\n',
            ": sources.a.path: is missing; it must be a path in quotes",
        ),
        (
            '[sources.a]\nkind = "jsonl"\npath = "."\nordr = "time"\n',
            (
                ", line 4: sources.a.ordr: unknown key (value 'time'). Did you mean 'order'? "
                "Allowed for kind 'jsonl': account_id, dialect, follow, lines, order, path, "
                "stale_after_seconds, tags, token"
            ),
        ),
        (
            '[sources.a]\nkind = "jsonl"\npath = "."\nlines = 1.5\n',
            ", line 4: sources.a.lines: was 1.5; it must be a whole number",
        ),
        (
            '[sources.a]\nkind = "jsonl"\npath = "."\ndialect = 2026-01-01\n',
            ", line 4: sources.a.dialect: was 2026-01-01; it must be a text in quotes",
        ),
        (
            '[sources.a]\nkind = "jsonl"\npath = "."\ntoken = "s3cret"\n',
            (
                ", line 4: sources.a.token: a secret; set it in the environment as "
                "DESKWATCH_SOURCES__A__TOKEN"
            ),
        ),
    ],
)
def test_a_refusal_names_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, expected: str
) -> None:
    """One message: file, line, path of the key, value found, near miss, what is allowed."""
    assert refusal(tmp_path, text) == expected


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    """TOML that is none says where."""
    assert "not TOML" in refusal(tmp_path, "[desk]\nname = Paper desk\n")
    assert "line 2" in refusal(tmp_path, "[desk]\nname = Paper desk\n")


def test_a_folder_may_come_later_but_not_out_of_nowhere(tmp_path: Path) -> None:
    """A path whose folder exists is watched; one that hangs in the air is a mistake."""
    (tmp_path / "logs").mkdir()
    head = '[sources.a]\nkind = "jsonl"\n'

    for path in ("logs", "later", "logs/later", "logs/*/events.jsonl", "*.jsonl"):
        assert read(tmp_path, f'{head}path = "{path}"\n').sources["a"]["path"].endswith(path)
    message = refusal(tmp_path, f'{head}path = "nowhere/logs"\n')
    assert message.startswith(", line 3: sources.a.path: was ")
    assert "neither it nor its folder exists" in message


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("DESK__WINDOW_SECONDS", "desk.window_seconds: was 'x'; it must be a number"),
        ("DESKK__NAME", "DESKWATCH_DESKK__NAME: unknown key (value 'x'). Did you mean 'desk'?"),
        ("DESK__", "must name [desk] and a key of it"),
        ("SOURCES__BOT", "must name a source and a key of it"),
        ("DESK__NAMEE", "desk.namee: unknown key (value 'x'). Did you mean 'name'?"),
    ],
)
def test_a_wrong_variable_is_refused_as_well(tmp_path: Path, variable: str, words: str) -> None:
    """A mistyped variable is not ignored in silence."""
    assert words in refusal(tmp_path, "", **{variable: "x"})


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    """A refusal never repeats a secret's value."""

    class Strange(Logs):
        def __init__(self, path: str, *, token: int = 0) -> None: ...

    with pytest.raises(Exception, match=r"token: was \*\*\*") as caught:
        checked(
            {"path": "x", "token": module.EnvironmentText("hunter2")}, options_of(Strange), "s.a"
        )
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing or undecodable file is one message with its name."""
    file = tmp_path / "gone.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"gone\.toml: (no such file|cannot be read)"):
        load(file, None, {})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('kind = "health"\nurl = "localhost:8000"', "sources.x.url: needs http://"),
        (
            'kind = "health"\nurl = "http://h/"\nevery_seconds = 0',
            "sources.x.every_seconds: was 0",
        ),
        ('kind = "jsonl"\npath = "."\ndialect = "aurorra"', "sources.x.dialect: "),
        ('kind = "jsonl"\npath = "."\ntimezone = "Mars"', "sources.x.timezone: was 'Mars'"),
    ],
)
def test_a_source_that_cannot_be_made_is_refused_with_its_key(
    tmp_path: Path, table: str, words: str
) -> None:
    """What only the source itself can judge is refused in the same way, with key and line."""
    file = tmp_path / "d.toml"
    file.write_text(f"[sources.x]\n{table}\n")
    with pytest.raises(SettingsError) as caught:
        load(file, None, {})

    assert words in str(caught.value)
    assert str(caught.value).startswith(f"{file}, line ")


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
