"""Numbers become text the same way on every face."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import formats

MINUS = "\u2212"
THIN = "\u2009"
FORMATTERS = [
    formats.number,
    formats.count,
    formats.percent,
    formats.milliseconds,
    formats.seconds,
    formats.age,
    formats.money,
    formats.bps,
    formats.file_size,
    formats.signed,
    formats.moment,
    formats.text,
]


@pytest.mark.parametrize("formatter", FORMATTERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("nothing", [None, math.nan, pd.NaT, pd.NA], ids=str)
def test_missing_is_a_dash_and_never_zero(formatter, nothing):
    """A number that is not there is `—` in every format."""
    assert formatter(nothing) == "—"


@pytest.mark.parametrize("endless", [math.inf, -math.inf, pd.NA, "no number"])
def test_what_is_no_number_is_missing(endless):
    """Infinities, NA and words are not shown as numbers."""
    assert formats.number(endless) == "—"
    assert formats.milliseconds(endless) == "—"


def test_counts_have_thin_thousands():
    """A count is whole and its thousands stand apart by a thin space."""
    assert formats.count(1234567) == f"1{THIN}234{THIN}567"
    assert formats.count(0) == "0"
    assert formats.count(999) == "999"


def test_percent_takes_a_ratio():
    """A ratio 0–1 becomes percent at the glass only."""
    assert formats.percent(0.75) == "75.0 %"
    assert formats.percent(1.25, 0) == "125 %"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.000994048, "0.994 ms"),
        (0.0125, "12.5 ms"),
        (0.00452, "4.52 ms"),
        (0.25, "250 ms"),
        (61.2, f"61{THIN}200 ms"),
        (-0.002, f"{MINUS}2.00 ms"),
    ],
)
def test_latency_is_milliseconds_from_seconds(seconds, expected):
    """Latencies are stored in seconds and read in milliseconds with three significant digits."""
    assert formats.milliseconds(seconds) == expected


def test_an_interval_of_a_latency_may_have_one_side():
    """Below the n of a two-sided interval only the bound that exists is shown."""
    assert formats.milliseconds_interval(0.00912, 0.014) == "9.12–14.0 ms"
    assert formats.milliseconds_interval(0.00912, None) == "≥ 9.12 ms"
    assert formats.milliseconds_interval(None, 0.014) == "≤ 14.0 ms"
    assert formats.milliseconds_interval(None, None) == "—"


def test_signed_numbers_carry_a_true_minus():
    """Profit carries plus, loss the minus sign U+2212, zero neither."""
    assert formats.signed(1.2) == "+1.20"
    assert formats.signed(-1234.5) == f"{MINUS}1{THIN}234.50"
    assert formats.signed(0.0) == "0.00"
    assert formats.signed(-0.001) == "0.00"


def test_ratio_with_interval_tells_n():
    """A ratio is shown with its interval and the n that it stands on."""
    assert formats.ratio_with_interval(0.75, 0.301, 0.954, 4) == "75.0 % (30.1–95.4 %, n = 4)"
    assert formats.ratio_with_interval(0.75, None, None) == "75.0 %"
    assert formats.ratio_with_interval(None, None, None, 0) == "—"


def test_money_names_its_currency():
    """No amount without the code of its currency where it is known."""
    assert formats.money(1234.5, "USD") == f"1{THIN}234.50 USD"
    assert formats.money(None, "USD") == "—"
    assert formats.bps(6.336) == "6.34 bps"
    assert formats.file_size(812_400) == "812 kB"
    assert formats.file_size(35_120_000) == "35.1 MB"
    assert formats.file_size(2_500_000_000) == "2.5 GB"


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0.2, "now"),
        (12.9, "12 s"),
        (185, "3 min 05 s"),
        (7_800, "2 h 10 min"),
        (445 * 86_400 + 5, "445 days"),
        (-30, f"{MINUS}30 s"),
    ],
)
def test_ages_read_as_a_person_says_them(age, expected):
    """An age is coarse as it grows; a clock ahead of ours shows as negative."""
    assert formats.age(age) == expected


def test_a_moment_is_shown_in_the_chosen_zone():
    """Only the display changes with the zone, and the zone is named."""
    stamp = pd.Timestamp("2025-09-01T20:08:23.118233088Z")
    assert formats.moment(stamp) == "2025-09-01 20:08:23.118 UTC"
    assert formats.moment(stamp, "Europe/Kyiv") == "2025-09-01 23:08:23.118 EEST"
    assert (
        formats.moment(pd.Timestamp("2025-09-01T20:08:23"), with_date=False) == "20:08:23.000 UTC"
    )
    assert formats.moment(datetime(2025, 9, 1, tzinfo=UTC)) == "2025-09-01 00:00:00.000 UTC"


def test_log_text_cannot_write_markup_into_a_chart():
    """Tags, entities and formulas of hostile log text reach plotly as letters."""
    hostile = '<a href="javascript:x">&lt;$e^x$'
    assert formats.plotly_text(hostile) == ('&lt;a href="javascript:x"&gt;&amp;lt;&#36;e^x&#36;')


def test_log_text_cannot_hide_or_reverse_itself():
    """Control characters and direction marks become visible escapes; long text is cut."""
    assert formats.text("a\nb\u202ec\x1b[31m") == "a\\u000ab\\u202ec\\u001b[31m"
    assert formats.text("x" * 300, 10) == "x" * 9 + "…"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_reads_back_as_itself(value):
    """Taking the thin spaces away and the true minus back gives the rounded number."""
    back = formats.number(value, 3).replace(THIN, "").replace(MINUS, "-")
    assert float(back) == pytest.approx(round(float(value), 3), abs=0.0011)


def test_a_number_within_a_sentence_is_not_parted() -> None:
    """No line ends between the thousands of a number, and nothing else is changed."""
    said = formats.unbroken(f"n = {formats.count(1337)}, of 5 ms")
    assert said == "n = 1\u202f337, of 5 ms"
