"""The command line: what it gives, and what it refuses with which exit code."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import arguments as module
from arguments import Explain, Options, RefusedError, parse_arguments
from settings import Desk  # noqa: TID251 - help tells the defaults of the desk
from web.server import EXIT_UNAVAILABLE


def test_nothing_given_is_all_defaults() -> None:
    """Without options: all roles, loopback, port 8050, nothing overridden."""
    options = parse_arguments([])

    assert options == Options()
    assert (options.host, options.port, options.role) == ("127.0.0.1", 8050, "all")
    assert options.desk_overrides == {}


def test_everything_that_is_built_is_understood(tmp_path: Path) -> None:
    """Each option lands in its field; --attach may be repeated."""
    given = f"--attach a --attach b --port 0 --host ::1 --state-dir {tmp_path} --debug"

    options = parse_arguments([*given.split(), "--window-seconds", "60"])

    assert options.attach == (Path("a"), Path("b"))
    assert (options.port, options.host, options.debug) == (0, "::1", True)
    assert options.desk_overrides == {"window_seconds": 60.0, "state_dir": str(tmp_path)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("events.jsonl:3", Explain(Path("events.jsonl"), 3)),
        ("events.jsonl", Explain(Path("events.jsonl"))),
        ("a:b.jsonl", Explain(Path("a:b.jsonl"))),
    ],
)
def test_explain_takes_a_file_and_a_line(value: str, expected: Explain) -> None:
    """FILE[:LINE], counted from 1."""
    assert parse_arguments(["--explain", value]).explain == expected


def test_a_line_is_explained_in_a_dialect_of_ones_own() -> None:
    """`--dialect` goes with `--explain` alone; without it the dialect is recognized."""
    given = parse_arguments(["--explain", "a.jsonl:3", "--dialect", "mine.toml"])
    assert given.explain == Explain(Path("a.jsonl"), 3, "mine.toml")
    with pytest.raises(RefusedError, match="--dialect needs --explain"):
        parse_arguments(["--dialect", "mine.toml"])


def test_a_file_with_a_colon_is_a_file(tmp_path: Path) -> None:
    """A file that is really called x:3 is that file."""
    file = tmp_path / "x:3"
    file.touch()

    assert parse_arguments(["--explain", str(file)]).explain == Explain(file)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("--terminal", 64, "--terminal is not built yet"),
        ("--snapshot out.html", 64, "--snapshot is not built yet"),
        ("--role web", 64, "--role web is not built yet"),
        ("--role collector", 64, "--role collector is not built yet"),
        ("--role cook", 64, "invalid choice: 'cook'"),
        ("--host 0.0.0.0", 78, "does not ask who is looking"),
        ("--host ::", 78, "nginx"),
        ("--host desk.example.com", 78, "loopback"),
        ("--port 70000", 64, "0 to 65535"),
        ("--port http", 64, "0 to 65535"),
        ("--window-seconds 0", 64, "above 0"),
        ("--window-seconds nan", 64, "above 0"),
        ("--explain x:0", 64, "counted from 1"),
        ("--demo --config x.toml", 64, "--demo and --config cannot be given together"),
        ("--demo --attach x", 64, "--demo and --attach"),
        ("--atach x", 64, "unrecognized arguments: --atach"),
    ],
)
def test_a_refusal_has_one_message_and_its_code(given: str, code: int, words: str) -> None:
    """What is wrong or not built exits 64, what is not allowed exits 78, each with its reason."""
    with pytest.raises(RefusedError) as caught:
        parse_arguments(given.split())

    assert caught.value.exit_code == code
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--atach x", "Did you mean --attach?"),
        ("-attach x", "Did you mean --attach?"),
        ("--prot=80", "Did you mean --port?"),
        ("--state_dir /tmp/x", "Did you mean --state-dir?"),
        ("--dem --exlpain x", "Did you mean --demo and --explain?"),
        ("--atach a --atach b", "Did you mean --attach?"),
        ("--zzz", ""),
        ("--demo logs", ""),
        ("--port http", ""),
    ],
)
def test_a_mistyped_option_is_guessed(typed: str, meant: str) -> None:
    """What a stranger looks like is asked for; of what looks like nothing there is no guess."""
    with pytest.raises(RefusedError) as caught:
        parse_arguments(typed.split())

    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith("Did you mean")] == [meant] * bool(meant)
    assert lines[-1] == "Try: python app.py --help"
    assert caught.value.exit_code == 64


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_exit_0(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Both print and end; the version is the project's."""
    with pytest.raises(SystemExit) as caught:
        parse_arguments([option])

    assert caught.value.code == 0
    printed = capsys.readouterr().out
    project = tomllib.loads((Path(module.__file__).parent / "pyproject.toml").read_text())
    assert (
        project["project"]["version"] in printed if option == "--version" else "--demo" in printed
    )


def test_help_tells_defaults_and_fits_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer finds the defaults as the desk has them, and what the exit codes mean."""
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])

    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 100
    desk = Desk()
    assert f"(default {desk.window_seconds:g})" in printed
    assert f"(default {desk.state_dir})" in printed
    assert f"(default {Options().port};" in printed
    for code in (module.USAGE, module.CONFIG, EXIT_UNAVAILABLE):
        assert str(code) in printed
