"""What the whole suite promises of the network: nothing leaves this machine, brokers are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outbound import recorder

FOLDER = Path(__file__).parent

recorder.install()


@pytest.fixture(scope="session", autouse=True)
def children_recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Let every Python process that a test starts record too, into one file."""
    file = tmp_path_factory.mktemp("outbound") / "connected"
    before = {name: os.environ.get(name) for name in (recorder.LOG, "PYTHONPATH")}
    os.environ[recorder.LOG] = str(file)
    path = [str(FOLDER), before["PYTHONPATH"]]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    yield file
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(autouse=True)
def nothing_leaves_this_machine(children_recorded: Path) -> Iterator[None]:
    """Fail the test while which a process of the suite did what none of them ever may.

    That is to connect to somewhere else, or to send a broker anything but a GET.
    """
    recorder.connected.clear()
    recorder.asked.clear()
    yield
    left = recorder.outbound.copy()
    recorder.outbound.clear()
    if children_recorded.exists():
        left += children_recorded.read_text(encoding="utf-8").splitlines()
        children_recorded.unlink()
    assert left == [], f"connected beyond this machine, or asked a broker to do something: {left}"
