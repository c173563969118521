"""The command line of `python -m demo`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from demo.cast import SYSTEMS


def parser() -> argparse.ArgumentParser:
    """The options and what they may be."""
    made = argparse.ArgumentParser(
        prog="python -m demo",
        description="Write a believable live desk in the systems' own formats. Same seed, same "
        "events; the first lines on standard output say where they are.",
    )
    add = made.add_argument
    add("--dir", type=Path, required=True, help="the folder to write below")
    add(
        "--rate", type=_positive, default=50.0,
        help="events of Aurora a second (default %(default)g); the others write a few",
    )  # fmt: skip
    add("--seed", type=int, default=7, help="default %(default)s")
    add(
        "--system", nargs="+", choices=(*SYSTEMS, "all"), default=["aurora"], metavar="NAME",
        help=f"who writes: {', '.join(SYSTEMS)}, or all of them (default aurora)",
    )  # fmt: skip
    add("--seconds", type=_positive, metavar="N", help="stop after so many seconds of the desk")
    add(
        "--slow-after", type=_seconds, default=0.0, metavar="N",
        help="what loads slowly (stock_trader) waits so many seconds before it begins, so that a "
        "desk can start beside it",
    )  # fmt: skip
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
        help="serve on free loopback ports too: health endpoints, RICK's Arena, a broker that "
        "speaks Alpaca, Redis streams where redis-server is installed; the first lines say where, "
        "and which variables to set (`environment`). Ends with a pipe on standard input",
    )  # fmt: skip
    add(
        "--sick", action="store_true",
        help="with --serve: let some of it be sick, as the real ones are. RICK's account is a "
        "placeholder, Quantum Trader's portfolio one now and then, a bot of Stock-Trader had "
        "errors. Else all is well, but for the stops of the bots",
    )  # fmt: skip
    add(
        "--json", action=argparse.BooleanOptionalAction,
        help="say it in one line of JSON each at the start and the end, or in words; when missing, "
        "in words on a terminal and as JSON to a program",
    )  # fmt: skip
    return made


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
