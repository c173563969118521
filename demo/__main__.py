"""`python -m demo`: write a live desk in the systems' own formats."""

from __future__ import annotations

import argparse
import os
import select
import signal
import stat
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from demo.aurora.timeline import NS
from demo.cast import SYSTEMS, Cast, Wanted
from demo.command_line import parser
from demo.told import said

LONGEST_SLEEP_SECONDS: Final = 0.05
SHORTEST_SLEEP_SECONDS: Final = 0.002


def main(arguments: Sequence[str] | None = None) -> int:
    """Write until the time is over, SIGTERM, Ctrl-C, or the end of a piped standard input."""
    given = parser().parse_args(arguments)
    if given.fast and given.seconds is None:
        print("--fast needs --seconds: how many seconds of the desk to write", file=sys.stderr)
        return 64
    as_json = not sys.stdout.isatty() if given.json is None else given.json
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    past = given.history_seconds + (given.seconds if given.fast else 0.0)
    start_ns = given.start if given.start is not None else time.time_ns() - round(past * NS)
    try:
        cast = Cast(_wanted(given, start_ns))
    except OSError as e:
        print(f"--dir {given.dir}: cannot be written: {e.strerror or e}", file=sys.stderr)
        return 73
    if given.serve:
        _end_with_parent(stop)
    try:
        print(said(_ready(cast, given.dir), as_json=as_json), flush=True)
        _write(cast, given, stop)
    finally:
        cast.close()
    written = cast.written
    done = {"done": True, "events": written.events, "lines": written.lines, "bad": written.bad}
    done |= {"bytes": written.bytes, "rotations": written.rotations}
    try:
        print(said(done, as_json=as_json), flush=True)
    except BrokenPipeError:  # who listened went first, and is told nothing any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _wanted(given: argparse.Namespace, start_ns: int) -> Wanted:
    chosen = SYSTEMS if "all" in given.system else tuple(dict.fromkeys(given.system))
    return Wanted(
        folder=given.dir,
        systems=chosen,
        seed=given.seed,
        start_ns=start_ns,
        live_from_ns=start_ns + round(given.history_seconds * NS),
        serve=given.serve,
        slow_after_seconds=given.slow_after,
        rate=given.rate,
        rotate_every_seconds=given.rotate_every,
        bad_ratio=given.bad_lines,
        sick=given.sick,
    )


def _ready(cast: Cast, folder: Path) -> dict[str, Any]:
    """Where everything is; `sources` are tables of a desk's configuration.

    `environment` has the secrets of what is served, as variables to set for such a desk.
    """
    return {
        "ready": True,
        "dir": str(folder.resolve()),
        "logs": {system: str(root.resolve()) for system, root in cast.roots.items()},
        "health_url": cast.urls.get("aurora", {}).get("health"),
        "sources": cast.sources,
        "environment": cast.environment,
    }


def _write(cast: Cast, given: argparse.Namespace, stop: threading.Event) -> None:
    """Hand the bots' lines to the files when their time has come."""
    ends = float("inf") if given.seconds is None else given.history_seconds + given.seconds
    started = time.monotonic()
    now = ends if given.fast else given.history_seconds
    reached = 0.0
    while not stop.is_set():
        # In steps, so that a long past needs no more memory than a short one.
        reached = min(now, reached + 60.0)
        for player in cast.players:
            # Who still loads joins later, with all that it would have written until then.
            if not stop.is_set() and player.is_loaded(wait=reached >= ends):
                player.sink.write(player.bot.until(reached))
        if reached >= ends:
            return
        if reached >= now:
            begun = [player.bot.next_seconds for player in cast.players if player.is_loaded()]
            due = min(begun, default=now + LONGEST_SLEEP_SECONDS)
            rest = (due - now) / given.speed
            stop.wait(min(LONGEST_SLEEP_SECONDS, max(SHORTEST_SLEEP_SECONDS, rest)))
            elapsed = (time.monotonic() - started) * given.speed
            now = min(ends, given.history_seconds + elapsed)


def _end_with_parent(stop: threading.Event) -> None:
    """End when standard input ends, if it is a pipe that somebody holds open at this moment."""
    try:
        if not stat.S_ISFIFO(os.fstat(0).st_mode) or _at_end():
            return
    except OSError:
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True).start()


def _at_end() -> bool:
    poll = select.poll()
    poll.register(0, select.POLLIN)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


if __name__ == "__main__":
    sys.exit(main())
