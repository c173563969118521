"""The desk serves narration with its repeats put together, and counts every line all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from desk.desk import Desk

START = dt.datetime(2025, 10, 16, 12, tzinfo=dt.UTC)


def line(minute: int, text: str) -> dict[str, str]:
    at = START + dt.timedelta(minutes=minute)
    return {"timestamp": at.isoformat(), "level": "INFO", "text": text, "source": "s"}


def at(minute: int) -> pd.Timestamp:
    return pd.Timestamp(START) + pd.Timedelta(minutes=minute)


def test_repeats_are_one_row_and_every_line_an_event(start: Callable[..., Desk]) -> None:
    """60 lines are 60 events and 3 rows; the newest row knows its whole run, asked for alone."""
    texts = ["begun"] + ["waiting for prices"] * 19 + ["all is well"] * 40
    desk = start(rick=("rick", [line(n, text) for n, text in enumerate(texts)], None))
    assert len(desk.frame("events")) == desk.sources()[0]["accepted"] == 60
    told = desk.frame("narration")
    assert told["text"].tolist() == ["begun", "waiting for prices", "all is well"]
    assert told["told_total"].tolist() == [1, 19, 40]
    (newest,) = desk.frame("narration", limit=1).to_dict("records")
    assert (newest["told_total"], newest["ts_event"]) == (40, at(20))
    assert newest["ts_last_told"] == at(59)


def test_lines_without_a_time_are_not_the_newest(start: Callable[..., Desk]) -> None:
    """A time of day alone is no moment: such rows come before those that have one, everywhere."""
    undated = {"timestamp": "09:15:01", "narration": "at some time", "event_type": "STATUS"}
    lines = [undated, line(1, "one"), undated, line(2, "two"), undated]
    desk = start(rick=("rick", lines, None))
    assert desk.frame("narration", limit=2)["text"].tolist() == ["one", "two"]
    assert desk.frame("narration")["text"].tolist() == ["at some time", "one", "two"]
    assert desk.frame("narration")["told_total"].tolist() == [3, 1, 1]
    assert desk.frame("events", limit=2)["text"].tolist() == ["one", "two"]
    assert desk.frame("events")["ts_event"].isna().tolist() == [True] * 3 + [False] * 2


def test_a_row_is_of_when_it_was_told_last(start: Callable[..., Desk]) -> None:
    """Since a moment within a run, what is told of it is its part since then."""
    lines = [line(n, "all is well") for n in range(10)]
    desk = start(rick=("rick", lines, None), other=("rick", [line(5, "elsewhere")], None))
    both = desk.frame("narration")
    assert both["text"].tolist() == ["elsewhere", "all is well"]
    since = desk.frame("narration", since=at(6), source="rick")
    assert (since["told_total"].tolist(), since["ts_event"].tolist()) == ([4], [at(6)])
