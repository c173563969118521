"""What the desk counts of the demo is what the demo's bot really did."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data_sources import JsonlSource
from demo.write import generate
from ledger import Ledger

START = 1_795_249_759_606_926_592


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[str], Counter[str]]:
    """The bot's own truth over all sessions, and the tally of a ledger that read its files."""
    folder: Path = tmp_path_factory.mktemp("desk")
    made = generate(folder, 16_000, start_ns=START, rate=50)
    source, ledger, more = JsonlSource(folder, dialect="aurora"), Ledger(), True
    while more:
        reading = source.read()
        ledger.fold(reading.frame)
        more = reading.more
    # A time is rounded to 256 ns by the origin, so the last line may lie that far ahead.
    at = pd.Timestamp(made.end_ns + 256, tz="UTC")
    tally = ledger.view(at=at, window_seconds=None).tally
    effects = tally["position_effect"].astype("str").replace("", "open")
    rows = zip(tally["what"].astype("str"), effects, tally["n"], strict=True)
    seen: Counter[str] = Counter()
    for what, effect, n in rows:
        seen[f"{what}.{effect}" if effect == "close" else what] += int(n)
    return sum(made.truth.values(), Counter()), seen


@pytest.mark.parametrize(
    ("truth", "tally"),
    [
        ("submitted", "submitted"),
        ("ack", "accepted"),
        ("filled", "filled"),
        ("cancelled", "canceled"),
        ("expired", "expired"),
        ("failed", "rejected"),
        ("denied", "order.denied"),
        ("partial", "order.partially_filled"),
        ("closes_submitted", "submitted.close"),
        ("closes_ack", "accepted.close"),
    ],
)
def test_the_ledger_counts_what_the_bot_did(
    counted: tuple[Counter[str], Counter[str]], truth: str, tally: str
) -> None:
    """Order files beside the events, ids missing or not: each number is the bot's own."""
    bot, desk = counted

    assert desk[tally] == bot[truth] > 0


def test_a_skip_that_is_also_a_denial_is_one_denial(
    counted: tuple[Counter[str], Counter[str]],
) -> None:
    """Runner B writes each skip twice; what is left are the skips of runner A."""
    bot, desk = counted

    assert desk["order.skipped"] - desk["skip_absorbed"] == bot["skipped"] > 0
