"""`--attach DIR --write-dialect OUT.toml`: a stranger's log gets a mapping that can be edited."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from data_sources import Catalog, JsonlSource, attach
from data_sources.lines.explain import explain_text
from ledger import order_lives
from tests.data_sources.good_lines import good, write
from tests.data_sources.strange_log import lives, renamed, told

ROOT = Path(__file__).resolve().parent.parent.parent
HIS = {
    "at": "transactTime", "word": "ordStatus", "order": "clOrdID", "symbol": "ticker",
    "side": "dir", "quantity": "orderQty", "price": "px", "latency": "ack_ns", "reason": "why",
}  # fmt: skip


def strange(folder: Path) -> Path:
    """A folder with the log of a bot that no dialect knows."""
    lines = told([renamed(record, HIS, {"submitted": "NEW"}) for record in lives()])
    write(folder / "bot/orders.jsonl", *lines)
    return folder / "bot"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "app.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_attach_says_what_it_guessed(tmp_path: Path) -> None:
    """The mapping shows each key, how sure it is and why; the source that comes of it counts."""
    mapping = attach(strange(tmp_path))
    assert mapping.sources()["bot"]["dialect"] == "auto"
    text = mapping.text()
    for part in (
        *("client_order_id ← clOrdID", "side ← dir", "nanoseconds since 1970"),
        *("'NEW' → order.submitted", "--write-dialect"),
    ):
        assert part in text
    frame = Catalog.from_specs(mapping.sources())["bot"].read().frame
    assert len(order_lives(frame)) == 6


def test_the_file_is_written_once_and_reads_the_log(tmp_path: Path) -> None:
    """The command writes the file and ends; a second time it is refused, and nothing changes."""
    folder, path = strange(tmp_path), tmp_path / "his.toml"
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    done = run("--attach", folder, "--write-dialect", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Written to {path}" in done.stdout
    text = path.read_text()
    frame = JsonlSource(folder, dialect=str(path)).read().frame
    assert order_lives(frame)["status"].astype(str).tolist().count("filled") == 2
    again = run("--attach", folder, "--write-dialect", path)
    assert again.returncode == 78
    assert "exists already and is not overwritten" in again.stderr
    assert path.read_text() == text
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("lines", "options", "message", "code"),
    [
        ([good(1)], ["--attach"], "no mapping was guessed", 78),
        ([b'{"hello": 1}'], ["--attach"], "no mapping was guessed", 78),
        ([good(1)], [], "--write-dialect needs --attach", 64),
    ],
)
def test_where_nothing_is_to_be_guessed(
    tmp_path: Path, lines: list[bytes], options: list[str], message: str, code: int
) -> None:
    """Known lines, lines without a usual word, and no lines at all: refused, and no file."""
    write(tmp_path / "logs/aurora_events.jsonl", *lines)
    arguments = [*options, tmp_path / "logs"] if options else []
    done = run(*arguments, "--write-dialect", tmp_path / "out.toml")
    assert done.returncode == code
    assert message in done.stderr
    assert not (tmp_path / "out.toml").exists()


def test_explain_reads_a_strange_line_too(tmp_path: Path) -> None:
    """`--explain` shows the guessed mapping's way of reading a line, and says that it guessed."""
    text = explain_text(strange(tmp_path) / "orders.jsonl", 1)
    assert "read in the dialect guessed (guessed: no dialect recognizes" in text
    assert "order.submitted" in text
    assert "clOrdID = 'ord-0'" in text


def test_explain_reads_in_the_dialect_that_is_named(tmp_path: Path) -> None:
    """What was written and then edited is what counts, and a reader that left early is no error."""
    logs = strange(tmp_path)
    mine = tmp_path / "mine.toml"
    assert run("--attach", logs, "--write-dialect", mine).returncode == 0
    mine.write_text(mine.read_text().replace("order.submitted", "order.denied"))
    command = f"{sys.executable} app.py --explain {logs}/orders.jsonl:1 --dialect {mine}"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "order.denied" in done.stdout
    assert "order.submitted" not in done.stdout
    early = subprocess.run(
        f"{command} | true", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert early.stderr == ""
