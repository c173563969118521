"""`python -m benchmarks [name …] [--quick]`: one line of JSON for each figure."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator, Sequence

from benchmarks.figure import Figure

NAMES = (
    *("backfill", "tail", "sweep", "tick", "viewers", "browser", "startup", "attach", "memory"),
    *("momentum", "unreachable", "targets"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, or everything."""
    given = _parser().parse_args(arguments)
    for figure in figures(given.names or NAMES, quick=given.quick):
        print(figure.line(), flush=True)
    return 0


def figures(names: Sequence[str], *, quick: bool) -> Iterator[Figure]:
    """Measure some figures, one after the other."""
    for name in names:
        yield from importlib.import_module(f"benchmarks.{name}").measure(quick=quick)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = f"which figures; all when none is named: {' '.join(NAMES)}"
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name", help=known)
    parser.add_argument("--quick", action="store_true", help="less data, shorter, fewer rounds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
