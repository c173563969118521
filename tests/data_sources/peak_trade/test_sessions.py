"""Session registries: the newest file of each session, whatever state its files are in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.frames import FRAMES
from data_sources.lines.raw import escaped
from data_sources.session_files.session import SESSION_BYTES
from data_sources.sessions import SessionsSource
from tests.examples import examples

AT = pd.Timestamp("2026-01-02T00:00:00Z").value


def session(session_id: str = "s1", **fields: Any) -> dict[str, Any]:
    """A registry file as the session runner writes it, with a naive UTC time."""
    return {
        "session_id": session_id,
        "run_type": "live_session_shadow",
        "mode": "shadow",
        "env_name": "kraken_futures_testnet",
        "symbol": "BTC/EUR",
        "status": "completed",
        "started_at": "2026-01-01T02:00:00",
        "finished_at": "2026-01-01T02:30:00",
        "config": {"strategy_name": "demo"},
        "metrics": {"realized_pnl": 3.0, "max_drawdown": 0.05, "num_orders": 0},
        "cli_args": ["run.py", "--mode", "shadow"],
        "error": None,
        **fields,
    }


def write(root: Path, name: str, fields: dict[str, Any]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(json.dumps(fields, indent=2))
    return root / name


def source_of(root: Path, **options: Any) -> SessionsSource:
    return SessionsSource(root, clock=lambda: AT, **options)


def test_the_real_registry(realdata: Path) -> None:
    """Two sessions, ascending: one completed, one started with zeros that are numbers."""
    root = realdata / "peak_trade/fixtures/execution_watch_v0_2/live_sessions"
    reading = source_of(root).read()
    assert (reading.state, reading.problem) == ("ok", None)
    frame = reading.frame
    assert list(frame.columns)[: len(FRAMES["sessions"])] == list(FRAMES["sessions"])
    assert frame["session_id"].tolist() == ["session_aaa", "session_bbb"]
    assert frame["status"].tolist() == ["completed", "started"]
    assert frame["realized_pnl"].tolist() == [1.0, 0.0]
    assert frame["max_drawdown_ratio"].tolist() == [-0.01, 0.0]
    assert frame["orders"].tolist() == [2, 0]
    assert frame["ts_finished"].isna().tolist() == [False, True]
    assert (frame["mode"].tolist(), frame["strategy_id"].tolist()) == (["shadow"] * 2, ["demo"] * 2)


def test_naive_and_zoned_times_stand_side_by_side(tmp_path: Path) -> None:
    """One naive start among zoned ones is read in the source's zone and counted, not fatal."""
    write(tmp_path, "a.json", session("naive"))
    write(tmp_path, "b.json", session("zoned", started_at="2026-01-01T02:00:00+01:00"))
    write(tmp_path, "c.json", session("odd", started_at="yesterday"))
    write(tmp_path, "d.json", session("epoch", started_at=1767232800))
    reading = source_of(tmp_path).read()
    started = reading.frame.set_index("session_id")["ts_started"]
    assert started["naive"] == pd.Timestamp("2026-01-01T02:00:00Z")
    assert started["zoned"] == pd.Timestamp("2026-01-01T01:00:00Z")
    assert started["epoch"] == pd.Timestamp("2026-01-01T02:00:00Z")
    assert pd.isna(started["odd"])
    assert reading.state == "ok"
    assert reading.counts.naive == 5  # the ends of four sessions and the start of one
    assert reading.counts.untimed == 1
    kyiv = source_of(tmp_path, timezone="Europe/Kyiv").read().frame.set_index("session_id")
    assert kyiv["ts_started"]["naive"] == pd.Timestamp("2026-01-01T00:00:00Z")


def test_the_newest_file_of_a_session_counts(tmp_path: Path) -> None:
    """A `started` file and a later `completed` one are one session, in whatever order they lie."""
    for number, (status, created) in enumerate(
        [("completed", "2026-01-01T03:00:00+00:00"), ("started", "2026-01-01T02:00:01")]
    ):
        write(tmp_path, f"{number}.json", session(status=status, created_at=created))
    reading = source_of(tmp_path).read()
    assert reading.frame["status"].tolist() == ["completed"]
    assert (reading.counts.duplicates, reading.counts.accepted) == (1, 1)
    assert reading.counts.balanced


def test_zeros_that_nobody_computed_are_missing(tmp_path: Path) -> None:
    """The runner writes 0.0 profit and drawdown without computing them; other zeros are zeros."""
    ours = {"realized_pnl": 0.0, "unrealized_pnl": 0.0, "max_drawdown": 0.0}
    runner = {**ours, "num_orders": 0, "num_trades": 7, "steps": 9, "fill_rate": 0.5}
    write(tmp_path, "a.json", session("runner", metrics=runner))
    write(tmp_path, "b.json", session("other", metrics=ours))
    write(tmp_path, "c.json", session("nan", metrics={"pnl": 2.5, "max_drawdown": float("nan")}))
    write(tmp_path, "d.json", session("none", metrics=None, config=None, error="ValueError: x"))
    frame = source_of(tmp_path).read().frame.set_index("session_id")
    assert frame.loc["runner", ["realized_pnl", "max_drawdown_ratio"]].isna().all()
    assert "neither profit nor drawdown" in frame.loc["runner", "detail"]
    assert frame.loc["runner", "orders"] == 0
    assert frame.loc["other", ["realized_pnl", "max_drawdown_ratio"]].tolist() == [0.0, 0.0]
    assert frame.loc["nan", "realized_pnl"] == 2.5
    assert pd.isna(frame.loc["nan", "max_drawdown_ratio"])
    assert frame.loc["none", "detail"] == "ValueError: x"


@pytest.mark.parametrize(
    "half", [b"", b"{", b"[1]", b"\xff\xfe", b'{"session_id": "s1"}', b"9" * 5000]
)
def test_a_torn_file_keeps_what_it_told_and_hides_no_other(tmp_path: Path, half: bytes) -> None:
    """Each bad file is named with its reason; its neighbours stay, and so does its last word."""
    write(tmp_path, "other.json", session("other"))
    path = write(tmp_path, "s1.json", session())
    source = source_of(tmp_path)
    source.read()
    path.write_bytes(half)
    reading = source.read()
    assert reading.state == "degraded"
    assert "s1.json" in str(reading.problem)
    assert set(reading.frame["session_id"]) == {"other", "s1"}
    assert reading.counts.quarantined == {"bad_file": 1}
    assert reading.quarantined == source.read().quarantined
    (bad,) = reading.quarantined
    assert (bad.reason, bad.file, bad.offset, bad.length) == ("bad_file", "s1.json", 0, len(half))
    assert bad.head == escaped(half[:256])
    assert reading.counts.balanced
    assert set(source_of(tmp_path).read().frame["session_id"]) == {"other"}
    write(tmp_path, "s1.json", session(status="weird"))
    reading = source.read()
    assert (reading.state, reading.problem, reading.quarantined) == ("ok", None, ())
    assert reading.frame.set_index("session_id")["status"]["s1"] == "weird"


def test_each_bad_file_is_named_but_no_secret_of_it(tmp_path: Path) -> None:
    """Also a fourth one, one that is too long, and one that is cut off behind a key of a broker."""
    for number in range(3):
        (tmp_path / f"{number}.json").write_text("{")
    (tmp_path / "3.json").write_text('{"config": {"api_key": "AKIA", ')
    (tmp_path / "4.json").write_bytes(b" " * (SESSION_BYTES + 1))
    reading = source_of(tmp_path).read()
    assert [(line.file, line.length, line.head) for line in reading.quarantined] == [
        ("0.json", 1, "{"), ("1.json", 1, "{"), ("2.json", 1, "{"), ("3.json", 31, ""),
        ("4.json", SESSION_BYTES + 1, ""),
    ]  # fmt: skip
    assert reading.counts.quarantined == {"bad_file": 5}


def test_all_files_bad_missing_or_none(tmp_path: Path) -> None:
    """No folder and no file is waiting; nothing but bad files is a bad payload; both say so."""
    root = tmp_path / "later"
    source = source_of(root)
    assert source.read().state == "waiting"
    write(root, "x.txt", {})
    assert source.read().state == "waiting"
    (root / "x.json").write_text("{}")
    assert source.read().state == "bad_payload"
    (root / "x.json").unlink()
    os.mkfifo(root / "pipe.json")
    (root / "link.json").symlink_to(write(tmp_path, "outside.json", session()))
    assert source.read().state == "waiting"
    assert source_of(write(tmp_path, "f.json", {})).read().state == "misconfigured"


def test_hostile_ids_are_labels(tmp_path: Path) -> None:
    """An id is compared with those in the files, never joined to a path; names are printable."""
    write(tmp_path / "in", "../in/a.json", session("../../etc\n<b>" + "x" * 9_000, symbol=["x"]))
    write(tmp_path, "secret.json", session("secret"))
    source = source_of(tmp_path / "in")
    (name,) = source.read().frame["session_id"]
    assert name.isprintable()
    assert len(name) <= 256
    for wrong in "../secret", "secret", "secret.json", "", "\0":
        with pytest.raises(KeyError):
            source.record(wrong)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
    | st.sampled_from([10**400, -(10**18), 1e308, "2026-01-01T00:00:00", "9" * 40]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)  # fmt: skip
METRICS = ("realized_pnl", "max_drawdown", "num_orders", "steps", "fill_rate")
METRICS += ("risk_status", "risk_check", "limit_details", "open_positions", "total_notional")


@examples(50)
@given(
    fields=st.dictionaries(st.sampled_from(sorted(session())), ANYTHING),
    metrics=ANYTHING | st.dictionaries(st.sampled_from(METRICS), ANYTHING),
)
def test_whatever_stands_in_a_file_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], metrics: Any
) -> None:
    """Any value under any key: a row or a file that is set aside, never an exception."""
    root = tmp_path_factory.mktemp("sessions")
    write(root, "a.json", session() | fields | {"metrics": metrics})
    source = source_of(root)
    reading = source.read()
    assert reading.counts.balanced
    assert reading.state in ("ok", "bad_payload")
    assert len(reading.frame) == (reading.state == "ok")
    for session_id in reading.frame["session_id"]:
        assert set(source.record(session_id)) == {*session(), "metrics"}


def test_a_record_hides_what_is_named_like_a_secret(tmp_path: Path) -> None:
    """The whole file is given for the detail page, command line included, without its secrets."""
    words = ["run.py", "--api-key", "AKIA", "--api_secret=xyz", "--mode", "paper", "--token", "-v"]
    write(tmp_path, "a.json", session(cli_args=words, config={"db": {"password": "pw"}, "n": 1}))
    record = source_of(tmp_path).record("s1")
    assert record["cli_args"] == [
        "run.py", "--api-key", "***", "--api_secret=***", "--mode", "paper", "--token", "-v",
    ]  # fmt: skip
    assert record["config"] == {"db": {"password": "***"}, "n": 1}
    assert record["env_name"] == "kraken_futures_testnet"
