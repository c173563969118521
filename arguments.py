"""The command line of `python app.py`."""

from __future__ import annotations

import argparse
import difflib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NoReturn

VERSION: Final = "0.1.0"

USAGE: Final = 64
CONFIG: Final = 78
"""EX_USAGE and EX_CONFIG of sysexits.h."""

DESCRIPTION: Final = """\
A live operations dashboard for trading systems. It reads what a bot already writes and never
touches the bot. It prints the address to open in a browser; Ctrl-C ends it."""

EPILOG: Final = """\
examples:
  python app.py --demo                        simulated bots and their dashboard
  python app.py --attach logs/run_1           recognize the logs below a folder and watch them
  python app.py --attach logs/mine --write-dialect mine.toml
                                              a mapping for a stranger's log, to be edited
  python app.py --config deskwatch.toml       the desk in a file
  python app.py --explain logs/events.jsonl:3 how line 3 is read, field by field

Without --demo, --config or --attach it reads deskwatch.toml in the working directory; without that
it serves an empty desk that says how to attach one. deskwatch.example.toml shows every key of the
file; each can be overridden by a variable: DESKWATCH_DESK__WINDOW_SECONDS=60. Secrets come from
variables alone. docs/sources/ has a page on everything that can be read.

exit codes: 0 ended as told, 64 a wrong option, 69 the port or the state folder is taken, 78 a wrong
configuration; the message says what to do."""


class RefusedError(Exception):
    """The command line asks for what cannot be done; the text is the whole message.

    Attributes:
        exit_code: 64 for a wrong or unbuilt option, 78 for a configuration that is not allowed.
    """

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Explain:
    """A file, the number of a line of it (from 1) or None for its first lines, and its dialect."""

    file: Path
    line: int | None = None
    dialect: str = "auto"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, checked. None where an option was not given."""

    demo: bool = False
    config: Path | None = None
    attach: tuple[Path, ...] = ()
    write_dialect: Path | None = None
    explain: Explain | None = None
    role: str = "all"
    host: str = "127.0.0.1"
    port: int = 8050
    state_dir: Path | None = None
    window_seconds: float | None = None
    debug: bool = False

    @property
    def desk_overrides(self) -> dict[str, object]:
        """What the command line says of `[desk]`, for `settings.load()`."""
        given = {
            "window_seconds": self.window_seconds,
            "state_dir": None if self.state_dir is None else str(self.state_dir.absolute()),
        }
        return {key: value for key, value in given.items() if value is not None}


class _Wide(argparse.RawDescriptionHelpFormatter):
    """As wide as the prose around the options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=100)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise RefusedError(f"{message}\n{self._meant(message)}Try: python app.py --help")

    def _meant(self, message: str) -> str:
        """The options that strangers among the arguments look like, as a line of their own."""
        strangers = message.partition("unrecognized arguments: ")[2].split()
        typed = [word.partition("=")[0] for word in strangers if word.startswith("-")]
        known = [option for option in self._option_string_actions if option.startswith("--")]
        alike = [difflib.get_close_matches(f"--{word.lstrip('-')}", known, 1) for word in typed]
        meant = dict.fromkeys(option for found in alike for option in found)
        return f"Did you mean {' and '.join(meant)}?\n" if meant else ""


def parse_arguments(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; `--help` and `--version` print and exit 0.

    Args:
        arguments: without the program's name; `sys.argv` when missing.

    Raises:
        RefusedError: with the message and the exit code.
    """
    given = _parser().parse_args(arguments)
    for built, name in (
        (not given.terminal, "--terminal"),
        (given.snapshot is None, "--snapshot"),
        (given.role == "all", f"--role {given.role}"),
    ):
        if not built:
            raise RefusedError(f"{name} is not built yet")
    if not _is_loopback(given.host):
        raise RefusedError(
            f"--host {given.host}: only a loopback address such as 127.0.0.1 is allowed for now, "
            "because Deskwatch does not ask who is looking yet: on any other address everyone in "
            "reach would see the desk. Put nginx with a login in front of it, on the same machine.",
            CONFIG,
        )
    for one, other in (
        ("demo", "config"),
        ("demo", "attach"),
        ("demo", "explain"),
        ("explain", "attach"),
    ):
        if getattr(given, one) and getattr(given, other):
            raise RefusedError(f"--{one} and --{other} cannot be given together")
    if given.write_dialect is not None and not given.attach:
        raise RefusedError("--write-dialect needs --attach: which lines is it to be made of?")
    if given.dialect is not None and given.explain is None:
        raise RefusedError("--dialect needs --explain: a source has its own in the configuration")
    if given.dialect is not None:
        given.explain = replace(given.explain, dialect=given.dialect)
    return Options(
        demo=given.demo,
        config=given.config,
        attach=tuple(given.attach),
        write_dialect=given.write_dialect,
        explain=given.explain,
        role=given.role,
        host=given.host,
        port=given.port,
        state_dir=given.state_dir,
        window_seconds=given.window_seconds,
        debug=given.debug,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python app.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=_Wide,
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what to show")
    what.add_argument(
        "--demo", action="store_true", help="simulated bots, made-up numbers under a DEMO frame"
    )
    what.add_argument(
        "--config", type=Path, metavar="FILE", help="the desk described in this TOML file"
    )
    what.add_argument(
        "--attach", type=Path, metavar="PATH", action="append", default=[],
        help="watch a file, or what lies below a folder: logs, runs, sessions, prices; each is "
        "recognized and printed; may be given several times",
    )  # fmt: skip
    what.add_argument(
        "--write-dialect", type=Path, metavar="OUT.toml",
        help="with --attach: write the mapping that was guessed for logs nobody knows, and exit",
    )  # fmt: skip
    what.add_argument(
        "--explain",
        type=_explain,
        metavar="FILE[:LINE]",
        help="print how a line of a log is read, and exit",
    )
    what.add_argument(
        "--dialect", metavar="NAME|FILE.toml",
        help="with --explain: read it in this dialect (default: the one that knows its lines)",
    )  # fmt: skip
    what.add_argument("--snapshot", metavar="OUT.html", help="one page in a file (not built yet)")
    what.add_argument("--terminal", action="store_true", help="in the terminal (not built yet)")
    how = parser.add_argument_group("how to serve it")
    how.add_argument(
        "--host", default="127.0.0.1", help="listen on this loopback address (default %(default)s)"
    )
    how.add_argument(
        "--port",
        type=_port,
        default=8050,
        help="listen on this port (default %(default)s; 0 picks a free one)",
    )
    how.add_argument(
        "--role", choices=("all", "collector", "web"), default="all",
        help="default %(default)s, the only one built yet",
    )  # fmt: skip
    how.add_argument("--debug", action="store_true", help="log more on standard error")
    desk = parser.add_argument_group("the desk; these go before the file and the variables")
    desk.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="keep counters and history here (default .deskwatch)",
    )
    desk.add_argument(
        "--window-seconds",
        type=_window,
        metavar="N",
        help="live numbers look back so far (default 300)",
    )
    parser.add_argument("--version", action="version", version=f"Deskwatch {VERSION}")
    return parser


def _explain(value: str) -> Explain:
    file, colon, line = value.rpartition(":")
    if colon and line.isdigit() and not Path(value).exists():
        if int(line) < 1:
            raise argparse.ArgumentTypeError(f"line {line}: lines are counted from 1")
        return Explain(Path(file), int(line))
    return Explain(Path(value))


def _port(value: str) -> int:
    if not value.isdigit() or int(value) > 65535:
        raise argparse.ArgumentTypeError(f"was {value!r}; it must be a whole number, 0 to 65535")
    return int(value)


def _window(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 31_536_000:
        raise argparse.ArgumentTypeError(f"was {value!r}; it must be a number of seconds above 0")
    return seconds


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
