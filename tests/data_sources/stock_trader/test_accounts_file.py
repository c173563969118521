"""The file of accounts: those that mean harm are refused, and ids stay texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_sources.accounts import AccountsSource
from data_sources.accounts_yaml import AccountsError, read_accounts
from tests.data_sources.stock_trader.test_accounts import desk, source

HOSTILE = {
    "python": ("accounts: !!python/object/apply:os.system ['touch hacked']", "tag"),
    "own tag": ("accounts: {A: !secret {paper: true}}", "tag"),
    "laughs": ("a: &a [x,x]\nb: &b [*a,*a]\naccounts: {A: *b}", "anchors or aliases"),
    "merge": ("b: &b {paper: true}\naccounts: {A: {<<: *b}}", "anchors or aliases"),
    "deep": ("accounts: " + "[" * 5_000, "nested deeper"),
    "twice": ("accounts:\n  A: {}\n  A: {paper: false}", "'A' twice at line 3"),
    "half a character": ('accounts: {"A\\ud800": {}}', "half a character"),
    "list": ("- accounts", "must be a table"),
    "nothing": ("", "must be a table"),
    "port": ("accounts: {A: {health_port: 99999}}", "health_port: must be a port"),
    "port word": ("accounts: {A: {health_port: '80@evil.example'}}", "health_port: must be a port"),
    "paper": ("accounts: {A: {paper: maybe}}", "paper: must be true or false"),
    "models": ("accounts: {A: {models: all}}", "models: must be a list"),
    "two documents": ("accounts: {}\n---\naccounts: {}", "no YAML"),
    "tabs": ("accounts:\n\tA: {}", "no YAML at line 2"),
    "large": ("#" * (1 << 20) + "\naccounts: {}", "is larger than"),
    "many": ("accounts: {" + ", ".join(f"A{n}: {{}}" for n in range(300)) + "}", "more than 200"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is refused with its reason, nothing is run, and the source stays alive."""
    monkeypatch.chdir(tmp_path)
    text, reason = HOSTILE[name]
    file = tmp_path / "accounts.yaml"
    file.write_text(text)
    with pytest.raises(AccountsError, match=reason):
        read_accounts(file)
    reading = source(file).read()
    assert reading.state == "bad_payload"
    assert reason in str(reading.problem)
    assert not (tmp_path / "hacked").exists()


def test_a_folder_with_an_accounts_file_is_recognized(tmp_path: Path) -> None:
    """By its name; a folder without one is not."""
    assert AccountsSource.recognizes(tmp_path) is None
    desk(tmp_path, 9)
    assert AccountsSource.recognizes(tmp_path) == "it has an accounts.yaml"
    assert source(tmp_path, probe=False).read().frame["name"].tolist() == ["PA1"]


def test_ids_stay_as_they_are_written(tmp_path: Path) -> None:
    """What YAML would turn into numbers, dates or booleans stays text."""
    file = tmp_path / "accounts.yaml"
    file.write_text("accounts:\n  0123: {}\n  1e5: {}\n  2025-01-01: {}\n  yes: {}\n  90_1: {}\n")
    names = [account.account_id for account in read_accounts(file)]
    assert names == ["0123", "1e5", "2025-01-01", "yes", "90_1"]
