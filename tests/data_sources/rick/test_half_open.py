"""A line that is cut: no packet arrives any more, and no side ever hears that it is over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("half_open.py")
NETWORK = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


def cut(kind: str) -> dict[str, Any]:
    """What the program told; skips where no network of its own may be made."""
    try:
        allowed = subprocess.run([*NETWORK, "true"], capture_output=True, check=False, timeout=20)
    except FileNotFoundError:
        pytest.skip("unshare not found. Run: sudo apt-get install util-linux")
    if allowed.returncode:
        pytest.skip(f"no network of its own may be made here: {allowed.stderr.decode()[:200]}")
    done = subprocess.run(
        [*NETWORK, sys.executable, str(PROGRAM), kind],
        capture_output=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_cut_line_is_noticed_by_the_health_endpoint() -> None:
    """P10: within 45 s the source says so; with the line it is back, each event once."""
    told = cut("health")
    assert told["noticed_seconds"] < 45
    assert "silent" in told["problem"] or "health" in told["problem"]
    assert (told["orders"], told["gaps"]) == (1, 0)


@pytest.mark.soak
def test_a_cut_line_is_noticed_by_the_kernel_alone() -> None:
    """P10: without a health endpoint the kernel's own questions find it out within 45 s."""
    told = cut("kernel")
    assert told["noticed_seconds"] < 45
    assert told["orders"] == 1
