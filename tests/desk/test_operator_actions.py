"""What an operator acknowledged or snoozed stands in the state of the alerts, while it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_sources import JsonFileSource, JsonlSource
from desk.desk import Desk
from desk.origin import origin
from tests.desk.small_desk import wait_for

NOW = pd.Timestamp.now("UTC").floor("s")
Watch = Callable[..., Desk]


def moment(minutes: float) -> str:
    """So many minutes from now."""
    return (NOW + pd.Timedelta(minutes=minutes)).isoformat()


def alert(key: str, rule: str, severity: str = "warn") -> dict[str, Any]:
    return {
        "id": key, "timestamp_utc": moment(-30), "source": f"rule:{rule}", "severity": severity,
        "title": key, "body": "b", "labels": {}, "dedupe_key": key, "delivery_status": "sent",
    }  # fmt: skip


def action(word: str, target: str, begins: float, ends: float | None) -> dict[str, Any]:
    expires = None if ends is None else moment(ends)
    return {
        "action": word, "target_type": "x", "target_value": target, "timestamp": moment(begins),
        "expires_at": expires, "operator": "ana", "reason": None,
    }  # fmt: skip


def state_file(acks: dict[str, Any], snoozes: dict[str, Any] | None = None) -> str:
    told = {"acked_keys": acks, "snoozed_rules": snoozes or {}, "last_updated": moment(0)}
    return json.dumps(told, indent=2)


ALERTS = [
    alert("held", "r1"), alert("open", "r1"), alert("over", "r1"), alert("later", "r1"),
    alert("bad", "r1", "critical"), alert("asleep", "disk"),
    alert("asleep, bad", "disk", "critical"),
]  # fmt: skip
ACKS = {
    "held": action("ack", "held", -20, None),
    "over": action("ack", "over", -20, -10),
    "later": action("ack", "later", 600, None),
    "bad": action("ack", "bad", -20, None),
}
SNOOZES = {"disk": action("snooze", "disk", -5, 600)}


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Start a desk over alerts and files of actions, `name=(content, account)`."""
    desks = []

    def started(**sources: tuple[str | list[dict[str, Any]], str]) -> Desk:
        origins = []
        for name, (content, account) in sources.items():
            path = tmp_path / name
            if isinstance(content, str):
                path.write_text(content)
                told_as = "telemetry.alert_actions"
                made: Any = JsonFileSource(
                    path, dialect="peak_trade", told_as=told_as, name=name, account_id=account,
                    every_seconds=0.1,
                )  # fmt: skip
            else:
                path.write_text("".join(json.dumps(line) + "\n" for line in content))
                made = JsonlSource(path, dialect="peak_trade", name=name, account_id=account)
            origins.append(origin(name, made))
        desk = Desk(origins, state_dir=tmp_path / "state")
        desks.append(desk)
        desk.start()
        wait_for(lambda: all(row["state"] in ("ok", "stale") for row in desk.sources()))
        return desk

    yield started
    for desk in desks:
        desk.stop()


def states_of(desk: Desk, **wanted: Any) -> dict[str, str]:
    alerts = desk.frame("alerts", **wanted)
    return dict(zip(alerts["title"], alerts["state"], strict=True))


def test_acknowledged_and_snoozed(watch: Watch) -> None:
    """While it holds; what is critical stays as it is unless its rule is snoozed."""
    desk = watch(alerts=(ALERTS, ""), actions=(state_file(ACKS, SNOOZES), ""))
    wait_for(lambda: states_of(desk)["held"] == "acknowledged")
    assert states_of(desk) == {
        "held": "acknowledged", "open": "sent", "over": "sent", "later": "sent", "bad": "sent",
        "asleep": "snoozed", "asleep, bad": "snoozed",
    }  # fmt: skip
    assert desk.frame("alert_acks")["operator"].tolist() == ["ana"] * 4
    assert desk.frame("alert_snoozes")["rule_id"].tolist() == ["disk"]
    shown = desk.view(window_seconds=None).frames["alerts"].set_index("title")["state"]
    assert shown.to_dict() == states_of(desk)


def test_it_is_taken_back(watch: Watch, tmp_path: Path) -> None:
    """The file without it: the alert is as it was told."""
    desk = watch(alerts=(ALERTS, ""), actions=(state_file(ACKS), ""))
    wait_for(lambda: states_of(desk)["held"] == "acknowledged")
    (tmp_path / "actions").write_text(state_file({}))
    wait_for(lambda: states_of(desk)["held"] == "sent")


OWNERS = [
    (("A", "A"), "acknowledged"), (("A", ""), "acknowledged"), (("", "A"), "acknowledged"),
    (("A", "B"), "sent"),
]  # fmt: skip


@pytest.mark.parametrize(("accounts", "state"), OWNERS)
def test_of_which_account(watch: Watch, accounts: tuple[str, str], state: str) -> None:
    """Actions of another account say nothing; where one of two is not named it is the same."""
    alerts, actions = accounts
    desk = watch(alerts=(ALERTS, alerts), actions=(state_file(ACKS), actions))
    wait_for(lambda: len(desk.frame("alert_acks")) and len(desk.frame("alerts")))
    assert states_of(desk)["held"] == state


def test_two_files_are_each_of_their_own_account(watch: Watch) -> None:
    """With two of them nobody knows whose the unnamed alerts are, unless one is not named too."""
    files = {"one": (state_file({}), "A"), "two": (state_file(ACKS), "B")}
    desk = watch(mine=(ALERTS, "A"), theirs=(ALERTS, "B"), unknown=(ALERTS, ""), **files)
    wait_for(lambda: len(desk.frame("alert_acks")) and len(desk.frame("alerts")) == 3 * len(ALERTS))
    told = {name: states_of(desk, source=name)["held"] for name in ("mine", "theirs", "unknown")}
    assert told == {"mine": "sent", "theirs": "acknowledged", "unknown": "sent"}
