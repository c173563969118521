"""The notebooks of `examples/` run from start to end, and what they show is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from data_sources.registry import discover

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))

FACTS = """
__facts = {
    "accepted": reading.counts.accepted,
    "balanced": reading.counts.balanced,
    "bad": sum(reading.counts.quarantined.values()),
    "written": [written.written.lines, written.written.bad],
    "events": len(events),
    "again": len(log.read().frame),
    "same": len(same),
    "submitted": int((orders["ts_submitted"].notna()).sum()),
    "truth": sum(
        count["submitted"] + count["closes_submitted"] for count in written.truth.values()
    ),
    "order_columns": list(orders.columns),
    "first_fill": first_fill.tolist(),
    "recount": first_fill_seconds(orders).median(),
    "drawn": sum(len(trace["x"]) for trace in figure["data"]),
    "acknowledged": int((ack["route"].notna()).sum()),
    "catalog": list(sources),
}
import json
print("FACTS " + json.dumps(__facts))
"""

FIVE_FACTS = """
import json
__trades = (desk / "quantum_trader/data/clm_trades.jsonl").read_text().splitlines()
__facts = {
    "states": {name: readings[name].state for name in sources},
    "drawn": {title: sum(len(one.x) for one in figure.data) for title, figure in figures.items()},
    "trades": [len(trades), len(__trades), readings["quantum"].counts.duplicates],
    "balanced": all(readings[name].counts.balanced for name in sources),
    "heard": [len(arena_events), len(lines)],
    "unranked": sorted(ranked.loc[ranked["rank"].isna(), "symbol"]),
    "asked": [account.state, *bot_reading.frame["state"]],
    "listening": [server.url, arena.url, bot_server.base_url, list_server.base_url, gate.url],
    "waiting": [len(waiting), len(placed)],
    "streamed": None if redis_events is None else len(redis_events),
    "gate": [len(gate_looks[0].frame), int(gate_rises["decisions_total"].sum()), len(policy)],
    "folder": [folder.state, *folder.frame["name"]],
    "kinds": sorted(
        {one.kind for one in [*sources.values(), *globals().values()] if hasattr(one, "read")
         and isinstance(getattr(one, "kind", None), str) and not isinstance(one, type)}
    ),
}
print("FACTS " + json.dumps(__facts))
"""


@contextmanager
def _own_kernel(folder: Path) -> Iterator[str]:
    """A kernel of this very environment, whatever is installed for the user beside it."""
    kernel = folder / "share/jupyter/kernels/deskwatch-test"
    kernel.mkdir(parents=True)
    spec = '{"argv": ["%s", "-m", "ipykernel_launcher", "-f", "{connection_file}"], '
    spec += '"display_name": "test", "language": "python"}'
    (kernel / "kernel.json").write_text(spec % sys.executable)
    before = {name: os.environ.get(name) for name in ("JUPYTER_PATH", "TMPDIR")}
    os.environ |= {"JUPYTER_PATH": str(folder / "share/jupyter"), "TMPDIR": str(folder)}
    try:
        yield "deskwatch-test"
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def run(path: Path, folder: Path, then: str) -> dict[str, Any]:
    """Execute a notebook where it stands, then *then*, which prints `FACTS {json}`."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(then))
    with _own_kernel(folder) as kernel:
        options = {"timeout": 60, "kernel_name": kernel}
        options["resources"] = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, **options).execute()
    printed = notebook.cells[-1].outputs[0]["text"]
    facts: dict[str, Any] = json.loads(printed.removeprefix("FACTS "))
    return facts


def test_the_aurora_notebook_tells_the_truth(tmp_path: Path) -> None:
    """Its numbers are those of the generator that wrote the log: every line once, every order."""
    facts = run(ROOT / "examples/aurora.ipynb", tmp_path, FACTS)
    lines, bad = facts["written"]
    assert lines == facts["accepted"] == facts["events"] == facts["same"] == 20_000
    assert facts["bad"] == bad > 0
    assert facts["balanced"]
    assert facts["again"] == 0
    assert facts["submitted"] == facts["truth"] > 100
    assert {"status", "order_quantity", "leaves_quantity", "ts_accepted"} <= set(
        facts["order_columns"]
    )
    median, tenth, hundredth = facts["first_fill"]
    assert 0 < median <= tenth <= hundredth < 10
    assert median == facts["recount"]
    assert facts["drawn"] == facts["acknowledged"] > 0
    assert facts["catalog"] == ["aurora"]


def test_the_notebook_of_five_systems_tells_the_truth(tmp_path: Path) -> None:
    """Every source reads and every figure has points; what it served for a moment is gone."""
    facts = run(ROOT / "examples/five_systems.ipynb", tmp_path, FIVE_FACTS)
    closed, lines, duplicates = facts["trades"]
    heard, told = facts["heard"]
    assert set(facts["states"].values()) <= {"ok", "stale"}
    assert facts["balanced"]
    assert len(facts["drawn"]) >= 19
    assert min(facts["drawn"].values()) > 0
    assert lines == 2 * closed == 2 * duplicates > 0
    assert heard == told > 50
    waiting, placed = facts["waiting"]
    assert 0 < waiting < placed
    if shutil.which("redis-server") is None:
        assert facts["streamed"] is None
        assert facts["kinds"] == sorted({*discover()} - {"redis_streams"})
    else:
        assert facts["streamed"] > 0
        assert facts["kinds"] == sorted(discover())
    before, risen, decided = facts["gate"]
    assert before == 0 < risen == decided - 1
    assert facts["folder"][0] == "ok"
    assert "telemetry parse_error_rate" in facts["folder"]
    assert facts["unranked"] == ["XLRE"]
    assert facts["asked"] == ["ok", "degraded"]
    for url in facts["listening"]:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=2).close()


def test_the_notebook_of_five_systems_names_every_kind() -> None:
    """Each kind of source that there is stands in the title of a system that is read by it."""
    cells = nbformat.read(ROOT / "examples/five_systems.ipynb", as_version=4).cells
    titles = [cell.source.splitlines()[0] for cell in cells if cell.source.startswith("## ")]
    named = {name for title in titles for name in re.findall(r"`(\w+)`", title)}
    assert named == set(discover())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    """A notebook in the repository holds no output and no run number."""
    cells = nbformat.read(path, as_version=4).cells
    kept = [c for c in cells if c.cell_type == "code" and (c.outputs or c.execution_count)]
    assert kept == []
