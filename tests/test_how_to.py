"""What the how-tos show really works: each example is taken from its page and used."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from data_sources import JsonlSource
from data_sources.options import checked, options_of
from data_sources.registry import find_kinds
from desk.desk import Desk
from desk.origin import origin
from ledger import order_lives
from metrics import REGISTRY

ROOT = Path(__file__).resolve().parent.parent


def blocks(page: str, language: str) -> list[str]:
    """All code of one language on a page."""
    text = (ROOT / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def block(page: str, language: str, number: int = 0) -> str:
    return blocks(page, language)[number]


def in_room(room: str, name: str, code: str, folder: Path) -> ModuleType:
    """Import code as `<room>.<name>` although the file lies elsewhere."""
    file = folder / f"{name}.py"
    file.write_text(code)
    full = f"{room}.{name}"
    spec = importlib.util.spec_from_file_location(full, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[full] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def metric_of_the_page(tmp_path: Path) -> Iterator[Any]:
    code = block("how-to-add-a-metric.md", "python")
    module = in_room("metrics", "cancellations", code, tmp_path)
    yield module.cancel_ratio
    del sys.modules["metrics.cancellations"], REGISTRY["cancel_ratio"]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of the demo bot, with cancellations."""
    from demo.write import generate

    generate(tmp_path / "logs/aurora_events.jsonl", 3_000, seed=7)
    return tmp_path / "logs"


def test_the_source_of_the_page_is_found_checked_and_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class in a file is all there is to a kind: registry, options and desk take it as it is."""
    package = tmp_path / "extra_sources"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "disk.py").write_text(block("how-to-add-a-source.md", "python"))
    monkeypatch.syspath_prepend(tmp_path)
    found = find_kinds(package, "extra_sources")["disk"]
    table = tomllib.loads(block("how-to-add-a-source.md", "toml"))["sources"]["log_disk"]
    assert table.pop("kind") == "disk"
    options = checked(table, options_of(found), "sources.log_disk")
    reading = found(tmp_path).read()
    assert reading.state in ("ok", "degraded")
    sick = found(tmp_path / "missing").read()
    assert (sick.state, "missing" in str(sick.problem)) == ("unreadable", True)
    source = origin("log_disk", found(**options | {"every_seconds": 0.05}, name="log_disk"))
    assert source.is_state
    desk = Desk([source], state_dir=tmp_path / "state")
    desk.start()
    try:
        deadline = time.monotonic() + 10
        while not len(desk.frame("services")) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert desk.frame("services")["name"].tolist() == ["log_disk"]
        assert desk.sources()[0]["path"] == options["path"]
    finally:
        desk.stop()


def test_the_dialect_of_the_page_reads_its_lines(tmp_path: Path) -> None:
    """The four lines become one filled order and one denial, in the words of the house."""
    (tmp_path / "orders.jsonl").write_text(block("how-to-add-a-dialect.md", "json"))
    dialect = tmp_path / "futures.toml"
    dialect.write_text(block("how-to-add-a-dialect.md", "toml"))
    log = JsonlSource(tmp_path / "orders.jsonl", dialect=str(dialect))
    reading = log.read()
    log.close()
    assert reading.counts.quarantined == {}
    assert reading.frame["kind"].tolist() == [
        *("order.submitted", "order.accepted", "order.filled", "order.denied")
    ]
    assert reading.frame["reason"].tolist()[3] == "MAX_LOSS"
    order = order_lives(reading.frame).iloc[0]
    assert (order["client_order_id"], order["status"], order["side"]) == ("a-1", "filled", "buy")
    assert order["order_ack_seconds"] == pytest.approx(0.036)
    assert order["average_fill_price"] == 5120.0


def test_the_metric_of_the_page_counts(metric_of_the_page: Any, session: Path) -> None:
    """It enters the registry and agrees with the frame of orders, counted by hand."""
    from ledger import Ledger

    assert REGISTRY["cancel_ratio"] is metric_of_the_page
    log = JsonlSource(session, dialect="aurora")
    ledger = Ledger()
    ledger.fold(log.read().frame)
    log.close()
    view = ledger.view(window_seconds=None)
    opening = view.orders[view.orders["position_effect"] != "close"]
    share = view.measure(metric_of_the_page)
    assert share.denominator == opening["ts_submitted"].notna().sum() > 50
    assert share.value == (opening["status"] == "canceled").sum() / share.denominator > 0


def test_the_page_of_the_page_is_served(session: Path, tmp_path: Path) -> None:
    """Laid in its room with its metric, it is in the navigation and shows its number."""
    copy = tmp_path / "copy"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".*", "tests", "docs", "benchmarks", "__pycache__"),
    )
    (copy / "metrics/cancellations.py").write_text(block("how-to-add-a-metric.md", "python"))
    (copy / "pages/cancellations.py").write_text(block("how-to-add-a-page.md", "python"))
    script = """
import sys
from pathlib import Path
from desk.desk import Desk
from desk.origin import origin
from data_sources import JsonlSource
from web.application import create_app
from web.filters import Filters
import time
desk = Desk([origin("aurora", JsonlSource(sys.argv[1], dialect="aurora"))], state_dir=Path("state"))
app = create_app(desk)
desk.start()
while desk.not_ready(): time.sleep(0.05)
filters = Filters(window="all", at="last")
drawn = app.renderer.render("/cancellations", filters)
assert drawn.problem is None, drawn.problem
print(drawn.props["cancellations-share-value"]["children"])
layout = str(app.dash.layout)
assert "/cancellations" in layout
desk.stop()
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(session)],
        cwd=copy, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert re.fullmatch(r"\d+\.\d %\n", run.stdout), run.stdout


@pytest.mark.parametrize("page", sorted(p.name for p in (ROOT / "docs").glob("how-to-*.md")))
def test_code_on_a_page_is_as_ours(page: str, tmp_path: Path) -> None:
    """Examples pass the very checks that new files have to pass."""
    folder = tmp_path / "data_sources"
    folder.mkdir()
    for number, code in enumerate(blocks(page, "python")):
        (folder / f"example_{number}.py").write_text(code)
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(ROOT / "pyproject.toml")]
    for check in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run(
            [*ruff, *check, *config, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
