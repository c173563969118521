"""What appears later in an attached folder is recognized at its first lines, and read once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from data_sources.attached import Attached
from data_sources.jsonl import JsonlSource
from tests.data_sources.good_lines import good, write
from tests.data_sources.peak_trade.run_files import write_run

NARRATED = b'{"timestamp": "2025-10-13T21:06:15", "level": "INFO", "text": "t", "source": "s"}'
OTHER = b'{"message": "hello", "time": 1756757303}'


class Reader:
    """Reads all sources of attached folders again and again, as a desk does."""

    def __init__(self, *folders: Path) -> None:
        self.attached = Attached(folders)
        self.events: Counter[tuple[str, str]] = Counter()

    def read(self) -> dict[str, int]:
        """Look twice and read all that is new; returns system → events so far."""
        for _ in range(2):  # a log is left out at one look, and found at the next
            for source in list(self.attached.sources.values()):
                getattr(source, "wake", lambda: None)()
                frame = source.read().frame
                if source.frame_name == "events":
                    self.events.update((source.name, str(each)) for each in frame["system"])
            self.attached.news()
        total: Counter[str] = Counter()
        for (_, system), n in self.events.items():
            total[system] += n
        return dict(total)

    def counts(self) -> dict[str, int]:
        """Name → lines accepted, of logs."""
        logs = self.attached.sources
        return {n: s.read().counts.accepted for n, s in logs.items() if s.kind == "jsonl"}


def mixed(folder: Path) -> Reader:
    """A folder in which two systems write."""
    write(folder / "aurora_events.jsonl", good(1))
    write(folder / "narration.jsonl", NARRATED)
    return Reader(folder)


def test_a_third_system_in_a_mixed_folder(tmp_path: Path, realdata: Path) -> None:
    """Its log becomes a source that speaks its dialect; the others read what they read before."""
    reader = mixed(tmp_path)
    assert reader.read() == {"aurora": 1, "rick": 1}
    real = realdata / "peak_trade/fixtures/events/execution_events.valid.jsonl"
    write(tmp_path / "execution_events.jsonl", *real.read_bytes().splitlines())
    assert reader.read() == {"aurora": 1, "rick": 1, "peak_trade": 1}
    name = f"{tmp_path.name}_peak_trade"
    assert reader.counts()[name] == 1
    assert len(reader.attached.sources) == 3
    assert reader.read() == {"aurora": 1, "rick": 1, "peak_trade": 1}


def test_a_further_log_of_a_known_system_joins_its_source(tmp_path: Path) -> None:
    """What Aurora writes later is read by the source of Aurora's other logs, each line once."""
    reader = mixed(tmp_path)
    reader.read()
    write(tmp_path / "aurora_more.jsonl", good(2), good(3))
    assert reader.read() == {"aurora": 3, "rick": 1}
    assert len(reader.attached.sources) == 2
    write(tmp_path / "aurora_more.jsonl", good(4))
    assert reader.read() == {"aurora": 4, "rick": 1}


def test_a_log_that_nobody_knows_is_a_source_of_its_own(tmp_path: Path) -> None:
    """In a mixed folder nobody could say whose it is: it is told, and guessed by itself."""
    reader = mixed(tmp_path)
    write(tmp_path / "odd.jsonl", OTHER)
    assert reader.read() == {"aurora": 1, "rick": 1, "generic": 1}
    assert reader.attached.sources["odd"].read().state == "ok"
    (tmp_path / "later.jsonl").touch()
    reader.read()
    assert "later" not in reader.attached.sources
    write(tmp_path / "later.jsonl", NARRATED)
    assert reader.read()["rick"] == 2


def test_no_log_at_all_is_told_as_unusable(tmp_path: Path) -> None:
    """A file of text becomes a source that says that none of its lines can be used."""
    reader = mixed(tmp_path)
    write(tmp_path / "text.jsonl", *[b"no json"] * 120)
    assert reader.read() == {"aurora": 1, "rick": 1}
    reading = reader.attached.sources["text"].read()
    assert reading.state == "bad_payload"
    assert "is it a log of JSON lines?" in (reading.problem or "")


def test_a_folder_of_one_system_reads_no_other(tmp_path: Path) -> None:
    """A log of another system beside or below is left out, named, and read by its own source."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    reader = Reader(tmp_path)
    assert reader.read() == {"aurora": 1}
    write(tmp_path / "narration.jsonl", NARRATED)
    write(tmp_path / "run_2/aurora_events.jsonl", good(2))
    write(tmp_path / "rick/narration.jsonl", NARRATED, NARRATED)
    write(tmp_path / "rick/narration.jsonl.1", NARRATED.replace(b'"t"', b'"before"'))
    assert reader.read() == {"aurora": 2, "rick": 4}
    names = {f"{tmp_path.name}_rick", "rick_rick", tmp_path.name}
    assert set(reader.attached.sources) == names
    problem = reader.attached.sources[tmp_path.name].read().problem or ""
    assert "left to sources of their own: " in problem
    assert "narration.jsonl speaks rick" in problem


def test_an_empty_folder_fills_with_two_systems(tmp_path: Path) -> None:
    """Each line is read by its own dialect, whichever comes first, and none twice."""
    reader = Reader(tmp_path / "later")
    assert reader.read() == {}
    write(tmp_path / "later/narration.jsonl", NARRATED)
    assert reader.read() == {"rick": 1}
    write(tmp_path / "later/aurora_events.jsonl", good(1), good(2))
    write(tmp_path / "later/narration.jsonl", NARRATED)
    assert reader.read() == {"rick": 2, "aurora": 2}


def test_an_empty_folder_fills_at_once(tmp_path: Path, realdata: Path) -> None:
    """Five systems appear between two looks: every line is one event, by its own dialect."""
    reader = Reader(tmp_path)
    reader.read()
    lines = {
        "aurora": "aurora/tmp_debug_cancel/aurora_events.jsonl",
        "rick": "rick/arena/arena_events_20251016.jsonl",
        "peak_trade": "peak_trade/fixtures/events/execution_events.valid.jsonl",
        "stock_trader": "stock_trader/local_logs/performance.jsonl",
        "quantum_trader": "quantum_trader/data/policy_observations/signals_2025-11-22.jsonl",
    }
    expected = {}
    for system, place in lines.items():
        real = (realdata / place).read_bytes().splitlines()
        write(tmp_path / Path(place).name, *real)
        expected[system] = len(real)
    assert reader.read() == expected
    assert reader.read() == expected


def test_a_line_that_is_still_being_written_decides_nothing(tmp_path: Path) -> None:
    """Half of a first line is no reason to take a log for one's own, or to leave it out."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    reader = Reader(tmp_path)
    reader.read()
    path = tmp_path / "narration.jsonl"
    path.write_bytes(NARRATED[:20])
    assert reader.read() == {"aurora": 1}
    path.write_bytes(NARRATED + b"\n")
    assert reader.read() == {"aurora": 1, "rick": 1}


def test_runs_that_appear_later(tmp_path: Path) -> None:
    """A folder of runs becomes a source of their kind, once."""
    write(tmp_path / "logs/aurora_events.jsonl", good(1))
    reader = Reader(tmp_path)
    reader.read()
    write_run(tmp_path / "live_runs")
    reader.read()
    kinds = Counter(source.kind for source in reader.attached.sources.values())
    assert kinds == {"jsonl": 1, "runs": 1}
    assert len(reader.attached.sources["live_runs"].read().frame) == 1


@pytest.mark.parametrize("told", [True, False])
def test_leaving_others_out_is_an_option(tmp_path: Path, told: bool) -> None:
    """Without it a source reads all logs of its folder, as a configuration tells it to."""
    write(tmp_path / "aurora_events.jsonl", good(1))
    write(tmp_path / "narration.jsonl", NARRATED)
    log = JsonlSource(tmp_path, dialect="aurora", leave_others=told)
    reading = log.read()
    assert len(reading.frame) == (1 if told else 2)
    assert ("narration.jsonl speaks rick" in (reading.problem or "")) == told
