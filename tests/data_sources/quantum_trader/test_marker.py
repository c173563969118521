"""The GO-LIVE marker: on, off or unknown, with the evidence, whatever the files are."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import Catalog, ConfigError
from data_sources.frames import empty
from data_sources.marker import MarkerSource
from data_sources.marker_evidence import MOST_BYTES
from data_sources.reading import Reading
from tests.examples import examples

MARKER = """\
activated: true
timestamp: 2025-12-04T23:58:22.742909+00:00
operator: Ops
environment: production
allowed_profiles: micro
api_key: do-not-show
"""
CONFIG = """\
environment: production
activation_enabled: true
allowed_profiles:
- micro
default_profile: micro
activation_count: 2
last_rollback_timestamp: '2025-12-05T10:00:00+00:00'
"""


def bot(folder: Path, marker: str | None = MARKER, config: str | None = CONFIG) -> Path:
    """A bot's folder with these two files; gives the path of the marker."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    if config is not None:
        (folder / "config/go_live.yaml").write_text(config)
    if marker is not None:
        (folder / "go_live.active").write_text(marker)
    return folder / "go_live.active"


def told(reading: Reading) -> tuple[str, str, str | None]:
    row = reading.frame.iloc[0]
    return row["state"], row["detail"], reading.problem


def test_live(tmp_path: Path) -> None:
    """With the marker trading is live, since the time it tells; the detail names the evidence."""
    reading = MarkerSource(bot(tmp_path), account_id="A").read()
    state, detail, problem = told(reading)
    assert (state, problem, reading.state) == ("on", None, "ok")
    assert "go_live.active exists (operator Ops, environment production" in detail
    assert "configuration: environment production, activation_enabled True" in detail
    assert "do-not-show" not in detail
    row = reading.frame.iloc[0]
    assert row["since"] == pd.Timestamp("2025-12-04T23:58:22.742909Z")
    assert (row["name"], row["kind"], row["account_id"]) == ("go_live", "service", "A")
    assert dict(reading.frame.dtypes.astype(str)) == dict(empty("services").dtypes.astype(str))


def test_not_live(tmp_path: Path) -> None:
    """Without the marker trading is not live, whatever the configuration allows."""
    reading = MarkerSource(bot(tmp_path, marker=None)).read()
    state, detail, problem = told(reading)
    assert (state, problem, reading.state) == ("off", None, "ok")
    assert detail.startswith("go_live.active does not exist; configuration: environment prod")
    assert reading.frame["since"].iloc[0] == pd.Timestamp("2025-12-05T10:00:00Z")


def test_it_follows_the_file(tmp_path: Path) -> None:
    """The marker is looked at anew at each read: made, removed, made again."""
    path = bot(tmp_path, marker=None)
    source = MarkerSource(path)
    states = []
    for _ in range(2):
        states.append(told(source.read())[0])
        path.write_text("")
        states.append(told(source.read())[0])
        path.unlink()
    assert states == ["off", "on", "off", "on"]


@pytest.mark.parametrize("marker", ["", "no colon here", "\0\xff:", "activated: true"])
def test_what_stands_in_the_marker_does_not_decide(tmp_path: Path, marker: str) -> None:
    """An empty or odd marker is a marker, as it is for the bot; since when is its file's time."""
    path = bot(tmp_path, marker=marker, config=None)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    reading = MarkerSource(path).read()
    assert told(reading)[0] == "on"
    assert reading.frame["since"].iloc[0] == pd.Timestamp(1_700_000_000, unit="s", tz="UTC")


@pytest.mark.parametrize(
    ("marker", "config", "words"),
    [
        (MARKER, CONFIG.replace("enabled: true", "enabled: false"), "activation_enabled: false"),
        (MARKER, CONFIG.replace(": production", ": testnet"), "marker says environment production"),
        (MARKER.replace("activated: true", "activated: false"), CONFIG, "activated: false"),
        (MARKER, "[1, 2", "no YAML"),
        (MARKER, "a: 2025-99-99", "no YAML"),
        (MARKER, "- just\n- a list\n", "holds no keys"),
        (MARKER, "!!python/object/apply:os.system ['true']", "no YAML"),
        (MARKER, "[" * 5_000, "no YAML"),
    ],
)
def test_what_does_not_fit_together_is_told(
    tmp_path: Path, marker: str, config: str, words: str
) -> None:
    """A marker against its configuration, or one that nobody can read: still on, and a problem."""
    reading = MarkerSource(bot(tmp_path, marker, config)).read()
    state, _, problem = told(reading)
    assert (state, reading.state) == ("on", "degraded")
    assert words in str(problem)


def test_a_missing_configuration_is_no_problem(tmp_path: Path) -> None:
    """The marker alone is enough; that there is no configuration stands in the detail."""
    reading = MarkerSource(bot(tmp_path, config=None)).read()
    assert told(reading)[2] is None
    assert "go_live.yaml does not exist" in told(reading)[1]
    alone = MarkerSource(bot(tmp_path), config="").read()
    assert "configuration" not in told(alone)[1]


def test_unknown_is_never_off(tmp_path: Path) -> None:
    """Where nobody can tell whether the marker is there, the state is unknown, with the reason."""
    folder = tmp_path / "a"
    (bot(folder, marker=None)).mkdir()
    fifo = bot(tmp_path / "b", marker=None)
    os.mkfifo(fifo)
    loop = bot(tmp_path / "c", marker=None)
    loop.symlink_to(loop)
    for path, why in [
        (folder / "go_live.active", "go_live.active is a folder, not a file"),
        (fifo, "go_live.active is a pipe, not a file"),
        (loop, "cannot be read"),
        (tmp_path / "nowhere/go_live.active", "nowhere does not exist"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ]:
        reading = MarkerSource(path).read()
        assert (told(reading)[0], reading.state) == ("unknown", "unreadable"), path
        assert why in str(reading.problem)
        assert len(reading.frame) == 1


def test_the_folder_of_a_bot(tmp_path: Path) -> None:
    """The bot's folder is enough; it is recognized by marker or configuration, not beside logs."""
    assert MarkerSource.recognizes(tmp_path) is None
    bot(tmp_path, marker=None)
    assert MarkerSource.recognizes(tmp_path) == "has config/go_live.yaml"
    assert told(MarkerSource(tmp_path).read())[0] == "off"
    bot(tmp_path)
    assert MarkerSource.recognizes(tmp_path) == "has go_live.active and config/go_live.yaml"
    assert told(MarkerSource(tmp_path).read())[0] == "on"
    (tmp_path / "trades.jsonl").write_text("")
    assert MarkerSource.recognizes(tmp_path) is None


def test_an_enormous_file_is_cut(tmp_path: Path) -> None:
    """Of a marker only the first bytes are read, of a configuration too."""
    path = bot(tmp_path, marker=MARKER + "x" * 5 * MOST_BYTES, config="a: " + "y" * 5 * MOST_BYTES)
    assert told(MarkerSource(path).read())[0] == "on"


@examples(20)
@given(marker=st.binary(max_size=60), config=st.binary(max_size=60))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, marker: bytes, config: bytes) -> None:
    """Whatever stands in the two files, the answer is `on` and one row, never an exception."""
    path = bot(tmp_path_factory.mktemp("any"), config="")
    path.write_bytes(marker)
    (path.parent / "config/go_live.yaml").write_bytes(config)
    assert told(MarkerSource(path).read())[0] == "on"


def test_in_a_configuration(tmp_path: Path) -> None:
    """It is a kind of source like any other; a pace of zero is refused by its key."""
    bot(tmp_path)
    toml = tmp_path / "deskwatch.toml"
    toml.write_text('[sources.live]\nkind = "marker"\npath = "go_live.active"\n')
    assert Catalog.from_toml(toml)["live"].read().frame["state"].tolist() == ["on"]
    toml.write_text(toml.read_text() + "every_seconds = 0\n")
    with pytest.raises(ConfigError, match=r"sources\.live\.every_seconds"):
        Catalog.from_toml(toml)
