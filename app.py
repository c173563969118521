"""The door: settings in, a running desk out. Nothing imports this file."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    # Loading takes a tenth less time without it; `calm_the_collector` lets it work again.
    gc.disable()
    # Arrow's own pool gives nothing back; it is chosen when Arrow is first loaded.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # Until the server takes both over: whoever ends it while it loads is not shown where it was.
    # To end a server is no failure; what was to be printed or written and is not, is one.
    for number in (signal.SIGINT, signal.SIGTERM):
        once = any(word.startswith(("--explain", "--write-dialect")) for word in sys.argv)
        signal.signal(number, lambda n, _, once=once: sys.exit(128 + n if once else 0))

import arguments
import settings

ROOT = Path(__file__).resolve().parent
DEMO_SYSTEMS = (("aurora",), ("quantum_trader", "peak_trade", "rick", "stock_trader"))
UNAVAILABLE = 69
Found = tuple[list[Any], dict[str, Callable[[], list[Any]]]]
"""The origins of a desk; and what gives it `newcomers`, those that appear later, and `notices`."""


def run() -> NoReturn:
    """Run the command line and end the process."""
    try:
        code = main()
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # All is closed. To take the frames of a large desk apart would only take seconds more.
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; return the exit code."""
    # glibc's resolver knows no deadline but this one, and reads it at its first look-up.
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:1")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    try:
        options = arguments.parse_arguments(argv)
        if options.debug:
            logging.getLogger().setLevel(logging.DEBUG)
        if options.explain is not None:
            return explain(options.explain)
        config = options.config or _default_config(options)
        wanted = settings.load(config, {"desk": options.desk_overrides})
    except (settings.SettingsError, arguments.RefusedError) as refusal:
        print(refusal, file=sys.stderr)
        return getattr(refusal, "exit_code", arguments.CONFIG)
    with contextlib.ExitStack() as stack:
        try:
            if options.demo:
                return run_demo(options, wanted, stack)
            if options.write_dialect is not None:
                return write_dialect(options.attach, options.write_dialect)
            if options.attach:
                found = attach(options.attach, Path(wanted.desk.state_dir))
            else:
                found = _origins(wanted.sources), {}
            return serve(options, wanted, found)
        except RefusedStartError as refusal:
            print(refusal, file=sys.stderr)
            return refusal.exit_code


class RefusedStartError(Exception):
    """The desk cannot start; the text says what to do."""

    def __init__(self, message: str, exit_code: int = arguments.CONFIG) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def _default_config(options: arguments.Options) -> Path | None:
    """`deskwatch.toml` of the working directory, unless the command line names the sources."""
    here = Path("deskwatch.toml")
    return here if here.is_file() and not (options.demo or options.attach) else None


def explain(wanted: arguments.Explain) -> int:
    """Print how one line, or the first lines, of a file are read."""
    from data_sources.errors import SourceError
    from data_sources.lines.explain import explain_text

    try:
        print(explain_text(wanted.file, wanted.line, dialect=wanted.dialect), flush=True)
    except BrokenPipeError:  # who reads had enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (SourceError, OSError) as error:
        print(error, file=sys.stderr)
        return arguments.CONFIG
    return 0


def attach(folders: Sequence[Path], state_dir: Path) -> Found:
    """Guess what lies below some folders, print the mapping, give the sources, also later ones."""
    from data_sources.errors import SourceError
    from desk.attachment import Attachment

    try:
        attachment = Attachment(folders, state_dir)
    except SourceError as error:
        raise RefusedStartError(f"--attach {error}") from error
    print(attachment.text(), flush=True)
    later = {"newcomers": attachment.newcomers, "notices": attachment.notices}
    return attachment.origins(), later


def write_dialect(folders: Sequence[Path], path: Path) -> int:
    """Write the mapping guessed for the logs below some folders to a new file."""
    from data_sources.attach import attach as look
    from data_sources.attach import write_dialect as write
    from data_sources.errors import SourceError
    from data_sources.outermost import outermost

    try:
        mappings = [look(folder) for folder in outermost(folders)[0]]
        for mapping in mappings:
            print(mapping.text(), flush=True)
        guessed = write(mappings, path)
    except SourceError as error:
        print(error, file=sys.stderr)
        return arguments.CONFIG
    print(f'Written to {path}: {guessed.why}. Edit it and use it with dialect = "{path}".')
    return 0


def run_demo(
    options: arguments.Options, wanted: settings.Settings, stack: contextlib.ExitStack
) -> int:
    """Start the demo's systems in a fresh folder and serve a desk that watches them."""
    with _in_one_go():
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deskwatch-demo-")))
        # Aurora in a process of its own: what the others load must not hold up its lines.
        started = [
            stack.enter_context(demo_bots(folder / "logs", *systems)) for systems in DEMO_SYSTEMS
        ]
    # While they start: what serving needs loads here.
    import desk.desk  # noqa: F401
    import web.server  # noqa: F401

    sources: dict[str, dict[str, Any]] = {}
    for bots in started:
        sources |= ready_line(bots)["sources"]
    named = wanted.desk.model_copy(
        update={
            "name": "Demo desk",
            "environment": "demo",
            "state_dir": str(options.state_dir or folder / "state"),
        }
    )
    wanted = settings.Settings(named, sources, None)
    return serve(options, wanted, (_origins(sources), {}), demo=True)


@contextlib.contextmanager
def _in_one_go() -> Iterator[None]:
    """Let nobody end this process in between: what was just begun would not be known yet."""
    asked: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, lambda n, _: asked.append(n)) for each in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in asked[:1]:
        signal.raise_signal(number)


@contextlib.contextmanager
def demo_bots(folder: Path, *systems: str) -> Iterator[subprocess.Popen[str]]:
    """Run simulated systems as a process of their own; it ends when this one does."""
    command = [sys.executable, "-m", "demo", "--dir", str(folder), "--rate", "50", "--serve"]
    # A past for the windows; the bots are well where it ends, and stop now and then later.
    command += ["--history-seconds", "360", "--slow-after", "4", "--system", *systems]
    bots = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        process_group=0,  # Ctrl-C is for this process, which ends them
    )  # fmt: skip
    try:
        yield bots
    finally:
        bots.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            bots.wait(timeout=3)
        if bots.poll() is None:
            bots.kill()


def ready_line(bots: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the line with which the demo says where everything is."""
    assert bots.stdout is not None
    line = bots.stdout.readline()
    if not line:
        raise RefusedStartError("The demo did not start; its message stands above.", 70)
    ready: dict[str, Any] = json.loads(line)
    return ready


def serve(
    options: arguments.Options,
    wanted: settings.Settings,
    found: Found,
    *,
    demo: bool = False,
) -> int:
    """Serve a desk over some sources until told to end."""
    from desk.desk import Desk
    from desk.memory import calm_the_collector, share_arenas
    from desk.store import StateLockedError
    from web.server import create_app
    from web.server import serve as serve_web

    share_arenas()
    state_dir = Path(wanted.desk.state_dir)
    origins, later = found
    try:
        desk = Desk(
            origins,
            state_dir=state_dir,
            name=wanted.desk.name,
            environment=wanted.desk.environment,
            timezone=wanted.desk.timezone,
            demo=demo,
            kept_events=wanted.desk.kept_events,
            **later,
        )
    except StateLockedError as locked:
        raise RefusedStartError(str(locked), UNAVAILABLE) from locked
    except OSError as error:
        raise RefusedStartError(
            f"desk.state_dir: {state_dir} cannot be used: {error}. "
            "Choose a folder that can be written with --state-dir."
        ) from error
    calm_the_collector()
    try:
        app = create_app(desk, live=wanted.desk.live, window_seconds=wanted.desk.window_seconds)
        desk.start()
        return serve_web(app, options.host, options.port)
    finally:
        desk.stop()


def _origins(sources: dict[str, dict[str, Any]]) -> list[Any]:
    from data_sources.registry import discover
    from desk.origin import origin

    kinds = discover()
    made = []
    for name, table in sources.items():
        options = {key: value for key, value in table.items() if key != "kind"}
        made.append(origin(name, kinds[table["kind"]](**options, name=name)))
    return made


if __name__ == "__main__":
    run()
