"""The configuration: what each refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest

import settings as module  # noqa: TID251 - the test of settings
from data_sources.options import checked, options_of
from settings import SettingsError, load  # noqa: TID251 - the test of settings
from tests.settings.settings_file import Logs, read, refusal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[desk]\nname = 'x'\nwindow_second = 5\n",
            (
                ", line 3: desk.window_second: unknown key (value 5). "
                "Did you mean 'window_seconds'? "
                "Allowed in [desk]: environment, kept_events, live, name, state_dir, timezone, "
                "window_seconds"
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
