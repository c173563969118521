"""What the README shows is run: its commands, its configuration, its snippet, its addresses."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import settings  # noqa: TID251 - what the README shows is held to what the door accepts
from demo.write import generate
from tests.desk.small_desk import wait_for

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def command(beginning: str) -> list[str]:
    """The command of a bash block that begins like this, its program replaced by this Python."""
    line = next(b for b in blocks("bash") for b in b.splitlines() if beginning in b)
    return [sys.executable, *line.split()[1:]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make demo-data DIR=…` writes, by the Makefile's own recipe."""
    made = tmp_path_factory.mktemp("desk")
    recipe = re.search(r"-m demo .*", (ROOT / "Makefile").read_text())
    assert recipe is not None
    words = recipe[0].replace('"$(DIR)"', str(made)).split()
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True, timeout=60)
    return made


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk attached as the README says, on a free port, with a state folder of its own."""
    words = [word.replace("/tmp/desk", str(folder)) for word in command("--attach")]
    state = tmp_path_factory.mktemp("state")
    with subprocess.Popen(
        [*words, "--port", "0", "--state-dir", str(state)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as desk:  # fmt: skip
        assert desk.stdout is not None
        said = ""
        for line in desk.stdout:
            said += line
            if found := re.search(r"ready at (\S+)/", line):
                break
        assert "dialect aurora" in said
        yield found[1]
        desk.terminate()
        assert desk.wait(timeout=10) == 0


def test_explain_answers_field_by_field(folder: Path) -> None:
    """The explain command of the README reads the line that it names."""
    words = [word.replace("/tmp/desk", str(folder)) for word in command("--explain")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    assert "read in the dialect aurora" in done.stdout
    assert "line 3, offset" in done.stdout
    assert re.search(r"^ +ts_event +\S+Z +ts_ns = \d+$", done.stdout, re.MULTILINE)


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    """The TOML of the README is a whole configuration."""
    (tmp_path / "logs").mkdir()
    file = tmp_path / "deskwatch.toml"
    file.write_text(blocks("toml")[0])
    variable = re.search(r"`(DESKWATCH_\w+)=(\d+)`", README)
    assert variable is not None
    loaded = settings.load(file, environment={variable[1]: variable[2]})
    assert set(loaded.sources) == {"aurora", "bot"}
    assert loaded.desk.window_seconds == 60.0


def test_the_snippet_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's snippet gives orders and percentiles of a log that lies where it says."""
    generate(tmp_path / "logs/aurora", 4_000, seed=7)
    (tmp_path / "deskwatch.toml").write_text(blocks("toml")[0])
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(blocks("python")[0], "README.md", "exec"), names)
    orders, reading = names["orders"], names["reading"]
    assert isinstance(orders, pd.DataFrame)
    assert reading.counts.accepted == len(reading.frame) == 4_000
    fills = names["first_fill_seconds"](orders).quantile([0.5, 0.9, 0.99])
    assert fills.notna().all()
    assert fills.is_monotonic_increasing
    names["log"].close()
    names["sources"].close()


def logs_of(client: httpx.Client) -> list[dict[str, Any]]:
    """The attached logs; one of each system is among them."""
    logs = [row for row in client.get("/api/sources").json() if row["kind"] == "jsonl"]
    assert {row["dialect"] for row in logs} == {
        "aurora", "quantum_trader", "peak_trade", "rick", "stock_trader",
    }  # fmt: skip
    return logs


def submitted_of(client: httpx.Client) -> int:
    status = client.get("/status?window=all&at=last").json()
    return status["orders"]["submitted"] or 0


def opens_of(client: httpx.Client) -> int:
    parquet = client.get("/api/frames/orders?format=parquet").content
    orders = pd.read_parquet(io.BytesIO(parquet))
    return int((orders["position_effect"] != "close").sum())


def test_every_address_answers(url: str) -> None:
    """Each path that the README names gives 200, and numbers of the attached log."""
    named = set(re.findall(r"`(/[^`\s]*)`", README))
    assert len(named) >= 10
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        for path in sorted(named - {"/sse"}):
            assert client.get(path).status_code == 200, path
        wait_for(lambda: all(row["accepted"] for row in logs_of(client)))
        wait_for(lambda: opens_of(client) == submitted_of(client) > 0)
        with client.stream("GET", "/sse?window=all&at=last") as stream:
            assert any(line.startswith("data:") for line in stream.iter_lines())


def test_the_table_of_pages_is_the_registry(url: str) -> None:
    """The README lists the pages that there are, each with its own question."""
    told = dict(re.findall(r"^\| \w+ `(/\w*)` \| (.+) \|$", README, re.MULTILINE))
    written = {}
    for file in (ROOT / "pages").glob("*.py"):
        text = file.read_text()
        path = re.search(r"""path="(/\w*)["]""", text)
        question = re.search(r'^QUESTION: Final = "(.+)"$', text, re.MULTILINE)
        if path and question:
            written[path[1]] = question[1]
    assert told == written
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        assert all(client.get(path).status_code == 200 for path in told)


def test_the_screenshot_is_a_real_one() -> None:
    """It is a PNG of 1366×768."""
    head = (ROOT / "docs/screenshot.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (1366, 768)
