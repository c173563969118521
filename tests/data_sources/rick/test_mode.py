"""RICK's mode file says in one word whether trading is live."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data_sources import attach
from data_sources.marker import MarkerSource


@pytest.mark.parametrize(
    ("text", "state", "detail"),
    [
        ("LIVE\n", "on", ".upgrade_toggle: mode LIVE"),
        ("live", "on", ".upgrade_toggle: mode LIVE"),
        ("OFF", "off", ".upgrade_toggle: mode OFF"),
        ("GHOST\n", "off", ".upgrade_toggle: mode GHOST"),
        ("CANARY\r\n", "off", ".upgrade_toggle: mode CANARY"),
        ("\ufeffPAPER", "off", ".upgrade_toggle: mode PAPER"),
        ("", "unknown", ".upgrade_toggle is empty"),
        ("LIVE LIVE", "unknown", "'LIVE LIVE', which is no mode"),
        ("\x00\x1b[2J" * 40, "unknown", "which is no mode"),
    ],
)
@pytest.mark.parametrize("by_folder", [True, False])
def test_a_word_is_the_mode(
    tmp_path: Path, text: str, state: str, detail: str, by_folder: bool
) -> None:
    """`LIVE` alone is on; what is no mode is unknown and told, never off."""
    file = tmp_path / ".upgrade_toggle"
    file.write_bytes(text.encode())
    reading = MarkerSource(tmp_path if by_folder else file).read()
    row = reading.frame.iloc[0]
    assert row["state"] == state
    assert detail in row["detail"]
    assert row["detail"].isprintable()
    assert reading.state == ("unreadable" if state == "unknown" else "ok")
    if state != "unknown":
        assert row["since"] == pd.Timestamp(file.stat().st_mtime_ns, unit="ns", tz="UTC")


def test_no_mode_file_is_not_off(tmp_path: Path) -> None:
    """Where the file should be and is not, nobody knows the mode; a FIFO is never opened."""
    reading = MarkerSource(tmp_path / ".upgrade_toggle").read()
    assert (reading.frame["state"].tolist(), reading.state) == (["unknown"], "unreadable")
    assert "does not exist" in (reading.problem or "")


def test_a_marker_goes_before(tmp_path: Path) -> None:
    """In a folder with a marker, or its configuration, that one decides."""
    (tmp_path / ".upgrade_toggle").write_text("OFF")
    (tmp_path / "go_live.active").write_text("activated: true\n")
    assert MarkerSource(tmp_path).read().frame["state"].tolist() == ["on"]


def test_attach_finds_it(tmp_path: Path) -> None:
    """A folder with the file is one of the kind, and told by it."""
    (tmp_path / "rick").mkdir()
    (tmp_path / "rick/.upgrade_toggle").write_text("CANARY")
    (table,) = attach(tmp_path).sources().values()
    assert table == {"kind": "marker", "path": str(tmp_path / "rick")}
    assert ".upgrade_toggle" in attach(tmp_path).text()
