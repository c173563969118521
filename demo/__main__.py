"""`python -m demo`: write a live desk in the systems' own formats."""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import stat
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from demo.aurora import AuroraBot
from demo.aurora.timeline import NS
from demo.folder import Folder
from demo.health_server import HealthServer

LONGEST_SLEEP_SECONDS: Final = 0.05
SHORTEST_SLEEP_SECONDS: Final = 0.002


def main(arguments: Sequence[str] | None = None) -> int:
    """Write until the time is over, SIGTERM, Ctrl-C, or the end of a piped standard input."""
    given = _parser().parse_args(arguments)
    if given.fast and given.seconds is None:
        print("--fast needs --seconds: how many seconds of the desk to write", file=sys.stderr)
        return 64
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    past = given.history_seconds + (given.seconds if given.fast else 0.0)
    start_ns = given.start if given.start is not None else time.time_ns() - round(past * NS)
    bot = AuroraBot(Random(given.seed), rate=given.rate, start_ns=start_ns)
    try:
        folder = Folder(
            given.dir / "aurora",
            start_ns=start_ns,
            rotate_every_seconds=given.rotate_every,
            bad_ratio=given.bad_lines,
            random=Random(given.seed),
        )
    except OSError as e:
        print(f"--dir {given.dir}: cannot be written: {e.strerror}", file=sys.stderr)
        return 73
    newest: list[int | None] = [None]
    server = HealthServer(lambda: bot.halted, lambda: newest[0]) if given.serve else None
    if given.serve:
        _end_with_parent(stop)
    try:
        ready = {"ready": True, "dir": str(given.dir.resolve())}
        ready |= {"logs": {"aurora": str(folder.root.resolve())}}
        print(json.dumps(ready | {"health_url": server.url if server else None}), flush=True)
        _write(bot, folder, given, stop, newest)
    finally:
        folder.close()
        if server is not None:
            server.close()
    written = folder.written
    done = {"done": True, "events": written.events, "lines": written.lines, "bad": written.bad}
    print(json.dumps(done | {"bytes": written.bytes, "rotations": written.rotations}), flush=True)
    return 0


def _write(
    bot: AuroraBot,
    folder: Folder,
    given: argparse.Namespace,
    stop: threading.Event,
    newest: list[int | None],
) -> None:
    """Hand the bot's lines to the files when their time has come."""
    ends = float("inf") if given.seconds is None else given.history_seconds + given.seconds
    started = time.monotonic()
    now = ends if given.fast else given.history_seconds
    reached = 0.0
    while not stop.is_set():
        # In steps, so that a long past needs no more memory than a short one.
        reached = min(now, reached + 60.0)
        lines = bot.until(reached)
        folder.write(lines)
        if lines:
            newest[0] = lines[-1].ts_ns
        if reached >= ends:
            return
        if reached >= now:
            rest = (bot.next_seconds - now) / given.speed
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Write a believable live desk in the systems' own formats. Same seed, same "
        "events; the first line on standard output is JSON and says where they are.",
    )
    add = parser.add_argument
    add("--dir", type=Path, required=True, help="the folder to write below")
    add("--rate", type=_positive, default=50.0, help="events a second (default %(default)g)")
    add("--seed", type=int, default=7, help="default %(default)s")
    add("--system", nargs="+", choices=("aurora",), default=["aurora"], help="aurora alone so far")
    add("--seconds", type=_positive, metavar="N", help="stop after so many seconds of the desk")
    add("--start", type=_moment, metavar="TIME", help="RFC 3339 or epoch ns; now when missing")
    add("--speed", type=_positive, default=1.0, help="times real time (default %(default)g)")
    add("--fast", action="store_true", help="do not wait: write --seconds at once, ending now")
    add(
        "--history-seconds", type=_seconds, default=0.0, metavar="N",
        help="write so many seconds of the past at once, before going on live",
    )  # fmt: skip
    add(
        "--rotate-every", type=_positive, metavar="N",
        help="rotate the files every N seconds of the desk; the part before is compressed",
    )  # fmt: skip
    add(
        "--bad-lines", type=_ratio, default=0.0, metavar="RATIO",
        help="bad lines added for each good event (0 to 1)",
    )  # fmt: skip
    add(
        "--serve", action="store_true",
        help="serve the bot's health endpoints on a free loopback port too; "
        "ends with a pipe on standard input",
    )  # fmt: skip
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"was {text}; it must be 0 or more")
    return value


def _positive(text: str) -> float:
    value = _seconds(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"was {text}; it must be above 0")
    return value


def _ratio(text: str) -> float:
    value = _seconds(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"was {text}; it must be from 0 to 1")
    return value


def _moment(text: str) -> int:
    if text.isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round(moment.timestamp() * 1e6) * 1000


if __name__ == "__main__":
    sys.exit(main())
