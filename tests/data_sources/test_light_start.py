"""Finding the kinds of sources loads none of the heavy libraries behind them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import data_sources


def printed(code: str) -> str:
    """What a fresh Python prints that runs the code, without a word on standard error."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def test_the_registry_is_light() -> None:
    """Broker, calendar, YAML and parquet libraries come with the first source that needs them."""
    code = (
        "import sys\n"
        "import data_sources\n"
        "assert {'accounts', 'alpaca', 'parquet'} <= set(data_sources.discover())\n"
        "heavy = {'alpaca', 'requests', 'yaml', 'exchange_calendars', 'pyarrow.parquet'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert printed(code) == "[]\n"


def test_a_class_brings_its_own_file_alone() -> None:
    """`from data_sources import SseSource` loads the stream's room and no other kind's."""
    code = (
        "import sys\n"
        "from data_sources import SseSource\n"
        "assert SseSource.kind == 'sse'\n"
        "others = {'redis_streams', 'rest', 'alpaca', 'parquet', 'accounts', 'marker'}\n"
        "print(sorted(each for each in others if f'data_sources.{each}' in sys.modules))\n"
    )
    assert printed(code) == "[]\n"


@pytest.mark.parametrize("name", ["NoSource", "Source", "SseSauce", "_sse", "ReadingSource", "sSe"])
def test_what_is_no_class_of_a_kind_is_refused(name: str) -> None:
    """A wrong name is an AttributeError, and so an ImportError, not something else."""
    with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
        getattr(data_sources, name)
    with pytest.raises(ImportError, match=name):
        exec(f"from data_sources import {name}")
