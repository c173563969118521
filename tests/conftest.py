"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real files of the five systems; tests on it skip where it is not given."""
    folder = os.environ.get("DESKWATCH_REALDATA")
    if not folder:
        pytest.skip("DESKWATCH_REALDATA is not set: no real files to test against")
    path = Path(folder).resolve()
    assert path.is_dir(), f"DESKWATCH_REALDATA names {path}, which is not a folder"
    return path
