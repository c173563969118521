"""Secrets of a configuration are in nothing that a desk shows, keeps or says."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.data_sources.fault_server import FaultServer, answer, fault_server
from tests.desk.small_desk import wait_for

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"ready at (http://127\.0\.0\.1:\d+)/")
SECRET = "s3cr3t-Tok3n"
PATHS = (
    *("/", "/system", "/quality", "/live/telemetry", "/live/alerts", "/risk", "/trading"),
    *("/api/sources", "/api/quarantine", "/api/frames/services", "/api/frames/disagreements"),
    *("/status", "/health", "/readyz", "/metrics", "/_dash-layout", "/openapi.json"),
)
"""Pages as they are first painted, and what tells of sources."""


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server that tells whatever it was asked, secrets and all."""
    with fault_server() as running:

        def echo(connection: socket.socket) -> None:
            head = running.requests[-1].decode("latin-1")
            body = json.dumps({"status": "degraded", "reason": head, "detail": head}).encode()
            connection.sendall(answer(body, "503 Service Unavailable"))

        for path in ("/health", "/book", "/events", "/v2/account"):
            running.on(path, echo)
        yield running


def configuration(folder: Path, server: FaultServer) -> Path:
    """Sources of each kind that takes a secret: some are echoed, some find nobody there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    mapping = folder / "small.toml"
    mapping.write_text(
        'name = "small"\n[rest.book]\npath = "/book"\nevery_seconds = 1\nframe = "equity"\n'
        'columns = { equity = ["equity"] }\n'
    )
    here, away = f"127.0.0.1:{server.port}", f"127.0.0.1:{nobody}"
    sources = {
        "echoed": f'kind = "health"\nurl = "http://me:{SECRET}@{here}/health?key={SECRET}"',
        "refused": f'kind = "health"\nurl = "http://me:{SECRET}@{away}/health?key={SECRET}"',
        "rest": f'kind = "rest"\ndialect = "{mapping}"\nurl = "http://{here}"',
        "stream": f'kind = "sse"\nurl = "http://{here}/events?key={SECRET}"',
        "redis": f'kind = "redis_streams"\nurl = "redis://me:{SECRET}@{away}"',
        "broker": f'kind = "alpaca"\nurl = "http://{here}"\ndata_url = "http://{here}"',
    }
    path = folder / "deskwatch.toml"
    path.write_text("\n".join(f"[sources.{name}]\n{text}" for name, text in sources.items()))
    return path


TOLD_BY_ENVIRONMENT = (
    *("ECHOED__TOKEN", "REST__TOKEN", "STREAM__TOKEN", "REDIS__PASSWORD"),
    *("BROKER__API_KEY", "BROKER__SECRET_KEY"),
)


def test_no_secret_is_shown_kept_or_said(tmp_path: Path, server: FaultServer) -> None:
    """P18: echoed by an origin or not, a secret reaches no page, API, file or log."""
    command = [sys.executable, str(ROOT / "app.py"), "--port", "0"]
    command += ["--config", str(configuration(tmp_path, server))]
    command += ["--state-dir", str(tmp_path / "state")]
    environment = dict(os.environ)
    for name in TOLD_BY_ENVIRONMENT:
        environment[f"DESKWATCH_SOURCES__{name}"] = SECRET
    said = tmp_path / "said"
    with said.open("wb") as log:
        desk = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env=environment)
    try:
        wait_for(lambda: READY.search(said.read_text()) or desk.poll() is not None, 60)
        found = READY.search(said.read_text())
        assert found, said.read_text()
        with httpx.Client(base_url=found[1], timeout=30, trust_env=False) as client:
            wait_for(lambda: all(_was_asked(row) for row in client.get("/api/sources").json()))
            shown = {path: client.get(path) for path in PATHS}
    finally:
        desk.terminate()
        desk.wait(timeout=15)

    assert any(SECRET in head.decode("latin-1") for head in server.requests)
    assert {
        path for path, each in shown.items() if each.status_code >= 500 and path != "/readyz"
    } == set()
    assert {path for path, each in shown.items() if SECRET in each.text} == set()
    problems = {row["name"]: row["problem"] or "" for row in shown["/api/sources"].json()}
    assert "***" in problems["echoed"] + problems["rest"]
    assert SECRET not in said.read_text()
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []


def _was_asked(row: dict[str, object]) -> bool:
    return row["state"] not in ("waiting", "unknown")
