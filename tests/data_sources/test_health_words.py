"""One word of a service is one state, whoever tells it: an endpoint, a polled answer, a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_sources import HealthSource, JsonlSource, RestSource
from data_sources.health_words import health_state, level_state
from tests.data_sources.fault_server import FaultServer, answer

WORDS = [
    ("OK", "ok"),
    ("healthy", "ok"),
    ("Connected", "ok"),
    ("HealthStatus.HEALTHY", "ok"),
    ("INFO", "ok"),
    ("degraded", "degraded"),
    ("WARNING", "degraded"),
    ("HealthStatus.DEGRADED", "degraded"),
    ("DOWN", "down"),
    ("CRITICAL", "down"),
    ("ERROR", "down"),
    ("HealthStatus.CRITICAL", "down"),
    ("not alive", "down"),
    ("N/A", "unknown"),
    ("UNKNOWN", "unknown"),
    ("purple", "unknown"),
]


@pytest.mark.parametrize(("word", "state"), WORDS)
def test_a_word_is_one_state_everywhere(
    server: FaultServer, tmp_path: Path, word: str, state: str
) -> None:
    """Health endpoint, service, dependency of a service and subsystem of a file agree."""
    now = "2026-02-17T21:46:00Z"
    body = {"service": "ai", "status": word, "dependencies": {"bus": {"status": word}}}
    server.on("/health", answer(json.dumps(body).encode()))
    assert HealthSource(server.url("/health")).read().frame["state"].tolist() == [state]
    rest = RestSource("quantum_trader", services={"ai": server.url("")}).read().frame
    told = rest.set_index("name")["state"]
    assert (told["ai"], told["bus"]) == (state, state)
    line = {
        "timestamp": now,
        "overall_status": word,
        "subsystems": {"S.BUS": {"subsystem": "S.BUS", "status": word, "last_check": now}},
        "recommendations": [],
    }
    (tmp_path / "self_healing.jsonl").write_text(json.dumps(line) + "\n")
    events = JsonlSource(tmp_path, dialect="quantum_trader").read().frame
    assert events["decision"].astype(str).tolist() == [state]


def test_nothing_is_unknown() -> None:
    """No word at all is no state, and never green."""
    assert {health_state(word) for word in ("", "  ", ".", "ok?")} == {"unknown"}


@pytest.mark.parametrize(("word", "state"), [("CRITICAL", "degraded"), ("NORMAL", "ok")])
def test_a_level_of_risk_is_no_outage(word: str, state: str) -> None:
    """A service that tells a critical level of risk runs."""
    assert level_state(word) == state


def test_unavailable_with_a_word(server: FaultServer) -> None:
    """503 with a body runs and is degraded, unless its own word is a worse one."""
    for word, state in (("unhealthy", "degraded"), ("degraded", "degraded"), ("DOWN", "down")):
        body = json.dumps({"status": word}).encode()
        server.on("/x", answer(body, "503 Service Unavailable"))
        assert HealthSource(server.url("/x")).read().state == state
