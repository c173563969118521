"""A file that cannot be looked into, or a look that fails, costs an attached folder no other."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_sources import attached as module
from data_sources.attached import Attached
from data_sources.jsonl import JsonlSource
from data_sources.lines.discover import Found, Scope
from data_sources.lines.infer import some_lines
from data_sources.lines.names import PATTERNS
from desk.desk import Desk
from desk.origin import Origin
from tests.data_sources.good_lines import good, source, write
from tests.data_sources.peak_trade.run_files import write_run

NARRATED = b'{"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}'


def damaged(path: Path) -> Path:
    """A compressed log whose stream is broken soon after its start."""
    packed = bytearray(gzip.compress(b'{"a":1}\n' * 5000))
    packed[12:30] = b"\xff" * 18
    path.write_bytes(bytes(packed))
    return path


def test_a_damaged_archive_stops_no_folder(tmp_path: Path) -> None:
    """The logs beside it are read, newcomers are found, and the folder can be attached again."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    attached = Attached([tmp_path])
    (log,) = attached.sources.values()
    assert len(log.read().frame) == 1
    damaged(tmp_path / "old.jsonl.gz")
    write(tmp_path / "aurora_events.jsonl", good(2))
    log.wake()  # type: ignore[attr-defined]
    assert len(log.read().frame) == 1
    write(tmp_path / "narration.jsonl", NARRATED)
    log.wake()  # type: ignore[attr-defined]
    log.read()
    assert list(attached.news()) == [f"{tmp_path.name}_rick"]
    assert {each.dialect for each in Attached([tmp_path]).mappings[0].found} == {
        "aurora",
        "rick",
        "auto",
    }


def test_what_comes_before_the_damage_is_looked_at(tmp_path: Path) -> None:
    """An archive that ends early still tells by its first lines whose it is."""
    path = tmp_path / "aurora_events.jsonl.1.gz"
    packed = gzip.compress(b"".join(good(n) + b"\n" for n in range(5_000)))
    path.write_bytes(packed[: len(packed) // 2])
    assert some_lines(path, 5)[0] == good(0)
    log = source(tmp_path, leave_others=True)
    assert log.read().counts.accepted > 1000


def test_a_file_that_cannot_be_asked_about_is_one_trouble(tmp_path: Path) -> None:
    """Whatever asking about a file raises, the look names it and gives the others."""
    write(tmp_path / "a.jsonl", good(1))
    write(tmp_path / "b.jsonl", good(1))

    def admits(found: Found) -> bool:
        if found.path == "a.jsonl":
            raise ValueError("odd")
        return True

    scope = Scope(tmp_path, PATTERNS)
    scope.admits = admits
    look = scope.look()
    assert [found.path for found in look.found] == ["b.jsonl"]
    assert look.troubles["a.jsonl"].state == "unreadable"
    assert "ValueError: odd" in look.troubles["a.jsonl"].message


def test_a_look_that_fails_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it found before it failed, and what it did not come to, is given by the next."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    attached = Attached([tmp_path])
    write_run(tmp_path / "live_runs")
    files_of = module.files_of

    def broken(root: Path) -> list[Path]:
        monkeypatch.setattr(module, "files_of", files_of)
        write_run(tmp_path / "more_runs")
        raise OSError("gone")

    monkeypatch.setattr(module, "files_of", broken)
    with pytest.raises(OSError, match="gone"):
        attached.news()
    assert sorted(attached.news()) == ["live_runs", "more_runs"]
    assert attached.news() == {}


@pytest.mark.parametrize("others", [True, False])
def test_a_log_of_one_bad_line_is_counted(tmp_path: Path, others: bool) -> None:
    """A line that is whole is a line, however bad; half of one is none yet."""
    log = JsonlSource(tmp_path, dialect="aurora", leave_others=others)
    (tmp_path / "a.jsonl").write_bytes(b'{"cut": "of')
    assert log.read().counts.lines_in == 0
    (tmp_path / "a.jsonl").write_bytes(b'{"cut": "of\n')
    log.wake()
    assert log.read().counts.quarantined == {"malformed": 1}


def test_a_desk_that_never_began_can_end(tmp_path: Path) -> None:
    """Also one that would have looked for newcomers."""

    def look() -> list[Origin]:
        return []

    Desk([], state_dir=tmp_path / "state", newcomers=look).stop()
