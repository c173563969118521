"""Numbered records in a folder of logs, plain and packed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.lines.follower import record


def write(path: Path, start: int, end: int, padding: int = 0) -> None:
    with path.open("ab") as stream:
        stream.write(b"".join(record(number, padding) for number in range(start, end)))


def pack(path: Path) -> Path:
    """What `gzip -9` leaves: `path.gz` with another inode, and no `path`."""
    subprocess.run(["gzip", "-9", str(path)], check=True)
    return path.with_name(path.name + ".gz")
