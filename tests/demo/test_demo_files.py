"""What `python -m demo` leaves on disk, and how it begins and ends."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from random import Random

import pytest

from demo.aurora import AuroraBot
from demo.bad_lines import FAULTS, bad_line
from demo.folder import Folder
from demo.write import generate

ROOT = Path(__file__).parents[2]
START = 1_795_249_759_606_926_592


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "demo", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def content(folder: Path) -> dict[str, bytes]:
    """Each file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_fast_writes_a_session_that_ends_now(tmp_path: Path) -> None:
    """--fast does not wait, and its last line is of this moment."""
    before = time.time()
    done = run("--dir", str(tmp_path), "--seconds", "120", "--fast")
    first, last = (json.loads(line) for line in done.stdout.splitlines())
    newest = 0
    for path in tmp_path.rglob("aurora_events.jsonl"):
        for line in path.read_text().splitlines():
            newest = max(newest, json.loads(line)["ts_ns"])

    assert (done.returncode, first["ready"], last["done"]) == (0, True, True)
    assert abs(last["events"] / 120 - 50) < 8
    assert before - 5 < newest / 1e9 <= time.time()


def test_people_are_told_in_short_lines(tmp_path: Path) -> None:
    """Where each system's files are, how to watch them, and at the end how much it was."""
    told = ("--dir", str(tmp_path), "--system", "aurora", "rick", "--no-json")
    lines = run(*told, "--fast", "--seconds", "5").stdout.splitlines()
    assert all(len(line) < 60 + len(str(tmp_path)) for line in lines)
    assert f"  aurora  {tmp_path.resolve() / 'aurora'}" in lines
    assert f"  rick    {tmp_path.resolve() / 'rick'}" in lines
    assert f"  python app.py --config {tmp_path.resolve()}/deskwatch.toml" in lines
    assert re.fullmatch(r"Written: [\d,]+ events in [\d,]+ lines, \d+\.\d kB\.", lines[-1])


def test_same_seed_and_start_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs with --seed and --start write equal files, at any speed of writing."""
    options = ("--seconds", "20", "--start", "2026-01-02T03:04:05Z", "--seed", "11")
    run("--dir", str(tmp_path / "a"), *options, "--fast")
    run("--dir", str(tmp_path / "b"), *options, "--speed", "40")

    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_rotation_renames_creates_and_compresses(tmp_path: Path) -> None:
    """Parts by rename, older ones as .gz; together they are the unrotated file, line by line."""
    for name, every in (("plain", None), ("rotated", 10.0)):
        bot = AuroraBot(Random(7), start_ns=START)
        folder = Folder(tmp_path / name, start_ns=START, rotate_every_seconds=every)
        for second in range(1, 36):
            folder.write(bot.until(second))
        folder.close()
    whole = (tmp_path / "plain/testnet_session/aurora_events.jsonl").read_bytes()
    rotated = tmp_path / "rotated/testnet_session"
    parts = sorted(rotated.glob("aurora_events.jsonl.*.part*.jsonl*"))
    pieces = [p.read_bytes() for p in parts]
    pieces = [gzip.decompress(b) if b.startswith(b"\x1f\x8b") else b for b in pieces]

    assert [path.name.removeprefix("aurora_events.jsonl.20261121.") for path in parts] == [
        "082929.part1.jsonl.gz",
        "082939.part2.jsonl.gz",
        "082949.part3.jsonl",
    ]
    assert b"".join(pieces) + (rotated / "aurora_events.jsonl").read_bytes() == whole
    assert not list(rotated.glob("*.tmp"))


def test_bad_lines_are_added_and_change_nothing_else(tmp_path: Path) -> None:
    """With bad lines the good ones are the same, byte for byte and in the same order."""
    clean = generate(tmp_path / "clean.jsonl", 5_000, start_ns=START)
    dirty = generate(tmp_path / "dirty.jsonl", 5_000, start_ns=START, bad_ratio=0.05)
    good = (tmp_path / "clean.jsonl").read_bytes().split(b"\n")
    remaining = iter((tmp_path / "dirty.jsonl").read_bytes().split(b"\n"))

    assert all(line in remaining for line in good)
    assert dirty.truth == clean.truth
    assert 150 < dirty.written.bad < 350
    assert len((tmp_path / "dirty.jsonl").read_bytes().split(b"\n")) == 5_001 + dirty.written.bad


def test_every_bad_line_is_one_line() -> None:
    """A bad line has its newline at the end and nowhere else, so that it costs exactly one."""
    good = json.dumps({"event_code": "ORDER.ACK", "ts_ns": START, "details": {"a": 1}}).encode()
    found = {bad_line(Random(seed), good) for seed in range(300)}

    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in found)
    assert all(line.strip() for line in found)
    assert len(FAULTS) == 8


def test_generate_counts_what_it_writes(tmp_path: Path) -> None:
    """A file alone or a folder: as many good lines as asked for, every one JSON."""
    single = generate(tmp_path / "one.jsonl", 3_000)
    many = generate(tmp_path / "many", 3_000)
    lines = [
        line
        for path in (tmp_path / "many").rglob("*.jsonl")
        for line in path.read_text().splitlines()
    ]

    assert len((tmp_path / "one.jsonl").read_text().splitlines()) == 3_000
    assert len([json.loads(line) for line in lines]) == 3_000
    assert single.written.bytes == (tmp_path / "one.jsonl").stat().st_size
    assert many.written.lines == 3_000


def test_serve_says_where_it_is_and_ends_with_its_parent(tmp_path: Path) -> None:
    """The ready line names the folder and a health URL that answers; closing stdin ends it."""
    child = subprocess.Popen(
        command("--dir", str(tmp_path), "--serve", "--history-seconds", "60"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdin is not None and child.stdout is not None
        ready = json.loads(child.stdout.readline())
        health = ready["health_url"].replace("/readiness", "/health")
        with urllib.request.urlopen(health, timeout=5) as answer:
            body = json.load(answer)
        assert set(body) == {"status", "models_loaded", "version"}
        assert Path(ready["dir"]) == tmp_path.resolve()
        assert Path(ready["logs"]["aurora"]).is_dir()
        child.stdin.close()
        assert child.wait(timeout=10) == 0
        assert json.loads(child.stdout.readline())["events"] > 2_000
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C: exit 0, every line whole; a closed stdin from the start is no reason."""
    child = subprocess.Popen(
        command("--dir", str(tmp_path), "--serve", "--rate", "500"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        deadline = time.monotonic() + 20
        while not list(tmp_path.rglob("*.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(child.pid, number)
        assert child.wait(timeout=10) == 0
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    files = [path.read_bytes() for path in tmp_path.rglob("*.jsonl")]

    assert files
    assert all(data.endswith(b"\n") for data in files)


def test_it_ends_without_a_word_when_who_listened_has_gone(tmp_path: Path) -> None:
    """A desk that was killed reads no last line: exit 0, and nothing on standard error."""
    child = subprocess.Popen(
        command("--dir", str(tmp_path), "--serve"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    child.stdin.close()
    child.stdin = None
    _, said = child.communicate(timeout=60)

    assert (child.returncode, said) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--fast",), 64, "--fast needs --seconds"),
        (("--rate", "0"), 2, "above 0"),
        (("--bad-lines", "2"), 2, "from 0 to 1"),
        (("--system", "nobody"), 2, "invalid choice"),
    ],
)
def test_a_wrong_option_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """One message on standard error, and nothing written."""
    done = run("--dir", str(tmp_path / "x"), *arguments)

    assert done.returncode == code
    assert words in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file in the way: one message, exit 73."""
    (tmp_path / "x").touch()
    done = run("--dir", str(tmp_path / "x"), "--seconds", "1")

    assert done.returncode == 73
    assert "cannot be written" in done.stderr
