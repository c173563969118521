"""A function in a process of its own, so that no measurement pays for, or gains by, another."""

from __future__ import annotations

import gc
import importlib
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def fresh(function: str, *, timeout_seconds: float = 900.0, **arguments: Any) -> Any:
    """Call `module:function` with keyword arguments in a fresh process; return what it returned.

    Arguments and result are JSON values.
    """
    command = [sys.executable, "-m", "benchmarks.fresh", function, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=timeout_seconds, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    """CPU time of this process so far, all its threads, user and system."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def interleaved(rounds: int, *calls: Callable[[], Any]) -> list[list[Any]]:
    """Make the calls in turn, round by round; return what each gave.

    Turns, because the machine may be busier later than now: all must meet the same weather.
    """
    found: list[list[Any]] = [[] for _ in calls]
    for _ in range(rounds):
        for results, call in zip(found, calls, strict=True):
            results.append(call())
    return found


def middle(results: list[dict[str, Any]], name: str) -> float:
    """The median of one value of several results."""
    return float(median(result[name] for result in results))


def main() -> None:
    """Run what the parent asked for."""
    function, arguments = sys.argv[1:]
    module, _, name = function.partition(":")
    call = getattr(importlib.import_module(module), name)
    gc.collect()
    print("\n" + json.dumps(call(**json.loads(arguments))), flush=True)


if __name__ == "__main__":
    main()
