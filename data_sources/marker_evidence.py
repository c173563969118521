"""What a GO-LIVE marker file and its configuration say, and what can be made of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from data_sources.files.plain import NotAFileError, read_plain
from data_sources.lines.timestamps import BadTimeError, epoch_ns

MOST_BYTES: Final = 64 * 1024
_PAIR = re.compile(r"\s*([A-Za-z_][\w-]{0,63})\s*[:=]\s*(\S.{0,199}?)\s*")
_TOLD: Final = ("operator", "environment", "allowed_profiles")
_CONFIGURED: Final = ("environment", "activation_enabled", "default_profile", "activation_count")

State = Literal["on", "off", "unknown"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file that was looked at.

    found    True or False; None when nobody can tell, and *why* says so
    values   the keys and values in it
    changed  when the file was last changed
    """

    found: bool | None
    why: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    changed: pd.Timestamp | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether trading is live.

    state     on, off, or unknown; what the marker says, as the bot itself asks nothing else
    detail    the evidence in one line
    since     since when it is on, or off after a rollback; None when nothing says so
    problem   what does not fit together or could not be read, None when all is well
    """

    state: State
    detail: str
    since: pd.Timestamp | None = None
    problem: str | None = None


def marker_evidence(path: Path) -> Evidence:
    """Whether the marker is there, and its `key: value` lines; never raises."""
    looked = looked_at(path)
    if not isinstance(looked, bytes):
        return looked
    pairs = (_PAIR.fullmatch(line) for line in looked.decode("utf-8", "replace").splitlines())
    values = {pair[1].lower(): pair[2].strip("\"'") for pair in pairs if pair}
    return Evidence(True, values=values, changed=changed_at(path))


def config_evidence(path: Path) -> Evidence:
    """The keys of the YAML file beside the marker; never raises."""
    looked = looked_at(path)
    if not isinstance(looked, bytes):
        return looked
    import yaml

    try:
        values = yaml.safe_load(looked.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as e:
        reason = str(e).splitlines()[0] if str(e) else type(e).__name__
        return Evidence(None, f"{path.name} is no YAML ({reason})")
    if not isinstance(values, dict):
        return Evidence(None, f"{path.name} holds no keys")
    return Evidence(True, values={str(key): value for key, value in values.items()})


def is_folder(path: Path) -> bool:
    """Whether a folder is there; no exception for names that no file can have."""
    try:
        return path.is_dir()
    except OSError:
        return False


def verdict(marker: Evidence, config: Evidence, name: str) -> Verdict:
    """What both together say.

    Args:
        marker: of the marker file.
        config: of the configuration; not found where there is none.
        name: of the marker file, for the text.
    """
    if marker.found is None:
        return Verdict("unknown", marker.why, problem=f"GO-LIVE is unknown: {marker.why}")
    state: State = "on" if marker.found else "off"
    told = _shown(marker.values, _TOLD)
    there = "exists" if marker.found else "does not exist"
    parts = [f"{name} {there} ({told})" if told else f"{name} {there}"]
    if config.found:
        parts.append(f"configuration: {_shown(config.values, _CONFIGURED) or 'says nothing of it'}")
    elif config.why:
        parts.append(config.why)
    doubts = list(_doubts(marker, config))
    if config.found is None:
        doubts.append(config.why)
    since = _since(marker, config)
    return Verdict(state, "; ".join(parts), since, "; ".join(doubts) or None)


def _doubts(marker: Evidence, config: Evidence) -> list[str]:
    """Where marker and configuration say different things."""
    found = []
    if marker.found and _is_false(marker.values.get("activated")):
        found.append("the marker says activated: false, but the bot goes live where it exists")
    if not config.found:
        return found
    if marker.found and _is_false(config.values.get("activation_enabled")):
        found.append(
            "the marker exists although the configuration says activation_enabled: false; "
            "find out who made it"
        )
    told, configured = marker.values.get("environment"), config.values.get("environment")
    if told and configured and str(told).casefold() != str(configured).casefold():
        found.append(f"the marker says environment {told}, the configuration {configured}")
    return found


def _since(marker: Evidence, config: Evidence) -> pd.Timestamp | None:
    if marker.found:
        told = _time(marker.values.get("timestamp")) or _time(marker.values.get("activated"))
        return told or marker.changed
    return _time(config.values.get("last_rollback_timestamp"))


def _time(value: Any) -> pd.Timestamp | None:
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    try:
        ns, _ = epoch_ns(value)
    except BadTimeError:
        return None
    return pd.Timestamp(ns, unit="ns", tz="UTC")


def _is_false(value: Any) -> bool:
    return value is False or str(value).strip().lower() in {"false", "no", "0"}


def _shown(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {str(values[name])[:80]}" for name in names if name in values)


def looked_at(path: Path) -> bytes | Evidence:
    """The first bytes of a regular file, or why there are none; a FIFO is never opened."""
    try:
        return read_plain(path, MOST_BYTES)[0]
    except FileNotFoundError:
        if is_folder(path.parent):
            return Evidence(False, f"{path.name} does not exist")
        return Evidence(None, f"the folder {path.parent} does not exist")
    except NotAFileError as e:
        return Evidence(None, f"{path.name} {e.strerror}")
    except OSError as e:
        return Evidence(None, f"{path.name} cannot be read: {e.strerror}")


def changed_at(path: Path) -> pd.Timestamp | None:
    """When a file was last written; None when nobody can tell."""
    try:
        return pd.Timestamp(path.stat().st_mtime_ns, unit="ns", tz="UTC")
    except OSError:
        return None
