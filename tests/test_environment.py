"""`.ci/environment`, which `make run` and `make test` begin with: what a person sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NUMBER = 12


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small packages, instead of an index."""
    folder = tmp_path_factory.mktemp("wheels")
    for number in range(NUMBER):
        name = f"small{number}"
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(
                f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
            )
            wheel.writestr(
                f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{about}/RECORD", "")
    return folder


def environment(folder: Path, wheels: Path, *packages: str) -> subprocess.CompletedProcess[str]:
    """Run it with this Python's pip, which installs beside it and not into it."""
    python = folder / "venv/bin/python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    pins = folder / "pins.txt"
    pins.write_text(
        "# made by hand\n" + "".join(f"{name}==1.0\n    # via x\n" for name in packages)
    )
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    into = {
        "PIP_TARGET": str(folder / "installed"),
        "PIP_NO_COMPILE": "1",
        "PYTHON": sys.executable,
    }
    return subprocess.run(
        [ROOT / ".ci/environment", folder / "venv", pins],
        env=os.environ | offline | into, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_it_tells_how_far_it_is(tmp_path: Path, wheels: Path) -> None:
    """A line at its beginning, one every ten packages, one when the installing begins."""
    done = environment(tmp_path, wheels, *(f"small{number}" for number in range(NUMBER)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"Installing {tmp_path}/pins.txt into {tmp_path}/venv (once) ...",
        "  10 of 12 packages are there",
        "  all are there; installing what is new ...",
    ]
    assert done.stderr == ""
    assert (tmp_path / "venv/ready").exists()
    assert len(list((tmp_path / "installed").glob("small*.py"))) == NUMBER


def test_what_cannot_be_installed_is_told(tmp_path: Path, wheels: Path) -> None:
    """Pip's own message and what to do, exit 69; the next `make` tries again."""
    done = environment(tmp_path, wheels, "small1", "nowhere")
    assert done.returncode == 69
    assert "No matching distribution found for nowhere==1.0" in done.stderr
    assert "PIP_INDEX_URL=" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "venv/ready").exists()
