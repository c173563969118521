"""Pictures hold the rows of a window: one that nobody looks at must go at once."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.origin import origin


def test_a_picture_waits_for_no_collector(tmp_path: Path) -> None:
    """With the collector off, a picture that was looked at is gone with its last holder."""
    (tmp_path / "logs").mkdir()
    source = JsonlSource(tmp_path / "logs", dialect="aurora", name="aurora")
    desk = Desk([origin("aurora", source)], state_dir=tmp_path / "state")
    gc.disable()
    try:
        view = desk.view(window_seconds=60.0, source="aurora")
        assert view.orders.empty
        assert view.frames["sessions"].empty
        assert view.desk["of_session"]("events", "s", 10).empty
        seen = weakref.ref(view)
        desk._views.clear()
        del view
        assert seen() is None
    finally:
        gc.enable()
        desk.stop()
