"""The dialect of a log is guessed from its first lines, with a reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_sources.lines.infer import infer, infer_path
from tests.data_sources.good_lines import good, write

AURORA_FOLDERS = [
    "tmp_debug_cancel", "tmp_synth.jsonl", "tests/fixtures", "regenerated",
    *(
        f"regenerated/{name}"
        for name in [
            "api_orders", "m_gate", "m_neg", "m_open", "s_fail", "s_gate", "s_neg", "s_open",
            "s_pend", "synthetic_flow",
        ]
    ),
]  # fmt: skip


@pytest.mark.parametrize("name", AURORA_FOLDERS)
def test_every_aurora_folder_is_recognized(realdata: Path, name: str) -> None:
    """Each folder that Aurora wrote is recognized, with every line of it."""
    guess = infer_path(realdata / "aurora" / name)
    assert (guess.dialect, guess.sure_ratio) == ("aurora", 1.0)
    assert guess.kinds


def test_every_aurora_file_alone_is_recognized(realdata: Path) -> None:
    """Each file alone is recognized too, order files included."""
    for file in (realdata / "aurora").rglob("*.jsonl"):
        assert infer_path(file).dialect == "aurora", file


@pytest.mark.parametrize("system", ["peak_trade", "quantum_trader", "rick", "stock_trader"])
def test_other_systems_are_not_taken_for_aurora(realdata: Path, system: str) -> None:
    """No file of another system is taken for Aurora's."""
    files = list((realdata / system).rglob("*.jsonl"))
    assert files
    for file in files:
        assert infer_path(file).dialect != "aurora", file


def test_nothing_usable_is_unknown(tmp_path: Path) -> None:
    """Without a line, or without a JSON object, the dialect is unknown and the guess says why."""
    assert infer([]).why == "no line yet"
    assert infer([b"", b"  "]).dialect == "unknown"
    guess = infer([b"hello", b"[1]"])
    assert (guess.dialect, guess.lines, guess.usable) == ("unknown", 2, 0)
    assert "none of 2 lines" in guess.why
    assert infer_path(tmp_path / "nowhere").dialect == "unknown"


def test_unsure_is_generic() -> None:
    """Lines of which less than half are recognized are generic, and the share is told."""
    guess = infer([good(1), *[b'{"message": "hello"}'] * 3])
    assert (guess.dialect, guess.sure_ratio) == ("generic", 0.0)
    assert "aurora: 25%" in guess.why


def test_bad_lines_and_compression_do_not_matter(tmp_path: Path) -> None:
    """Bad lines are passed over; a compressed log is guessed like a plain one."""
    lines = b"\xef\xbb\xbf" + good(1) + b"\nnoise\n\n" + good(2) + b"\n"
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write(lines)
    guess = infer_path(path)
    assert (guess.dialect, guess.lines, guess.usable) == ("aurora", 3, 2)


def test_a_torn_last_line_is_no_part_of_the_sample(tmp_path: Path) -> None:
    """The unfinished last line of a log that is being written is left out."""
    path = write(tmp_path / "a.jsonl", good(1))
    path.write_bytes(path.read_bytes() + b'{"event')
    assert infer_path(path).lines == 1
