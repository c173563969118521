"""Finding the kinds of sources loads none of the heavy libraries behind them."""

from __future__ import annotations

import subprocess
import sys


def test_the_registry_is_light() -> None:
    """Broker, calendar, YAML and parquet libraries come with the first source that needs them."""
    code = (
        "import sys\n"
        "import data_sources\n"
        "assert {'accounts', 'alpaca', 'parquet'} <= set(data_sources.discover())\n"
        "heavy = {'alpaca', 'requests', 'yaml', 'exchange_calendars', 'pyarrow.parquet'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout == "[]\n"
