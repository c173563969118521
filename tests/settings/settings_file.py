"""A configuration file for tests, and a source with options of every type."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from settings import SettingsError, load  # noqa: TID251 - the test of settings


class Logs:
    """A stand-in with options of every type, a secret, and parameters that no file can express."""

    kind: ClassVar = "jsonl"
    secrets: ClassVar = frozenset({"token"})

    def __init__(
        self,
        path: str | Path,
        *,
        name: str = "",
        dialect: str = "auto",
        stale_after_seconds: float | None = None,
        account_id: str = "",
        lines: int = 1,
        follow: bool = True,
        tags: list[str] | None = None,
        order: Literal["time", "file"] = "time",
        token: str = "",
        now: Any = None,
    ) -> None: ...

    def close(self) -> None: ...


def read(folder: Path, text: str, **variables: str):
    """Settings of a file with this text and these variables."""
    file = folder / "deskwatch.toml"
    file.write_text(text)
    environment = {f"DESKWATCH_{key}": value for key, value in variables.items()}
    return load(file, None, environment, lambda: {"jsonl": Logs})


def refusal(folder: Path, text: str, **variables: str) -> str:
    """The one message with which that is refused."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, **variables)
    assert caught.value.exit_code == 78
    return str(caught.value).removeprefix(f"{folder / 'deskwatch.toml'}")
