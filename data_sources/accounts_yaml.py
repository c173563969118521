"""An `accounts.yaml` as accounts: only plain data is taken, keys are never looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data_sources.files.plain import read_plain

MOST_BYTES: Final = 1 << 20
MOST_ACCOUNTS: Final = 200
MOST_DEPTH: Final = 20
DEFAULT_PORT: Final = 8080
_PLAIN: Final = "tag:yaml.org,2002:"
_TAGS: Final = frozenset(
    _PLAIN + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)
_TRUE: Final = frozenset({"true", "yes", "on", "y", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "n", "0"})


class AccountsError(Exception):
    """The file is no list of accounts that we read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account as it is configured.

    account_id   as it is written, always a text
    is_paper     None where it only has a folder of logs
    models       None where none are named; an empty list is none
    """

    account_id: str
    name: str
    is_paper: bool | None = None
    health_port: int | None = None
    profile: str | None = None
    models: tuple[str, ...] | None = None


def read_accounts(path: Path) -> list[Account]:
    """Read the accounts of a file, in its order.

    Raises:
        AccountsError: when it is too large, no YAML, or uses more of YAML than plain data.
        NotAFileError: when something else than a file has its name.
        OSError: when it cannot be read.
    """
    content, _ = read_plain(path, MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise AccountsError(f"is larger than {MOST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AccountsError("is no UTF-8 text") from None
    table = _mapping(_plain(_tree(text)), "the file")
    accounts = _mapping(table.get("accounts"), "accounts")
    if len(accounts) > MOST_ACCOUNTS:
        raise AccountsError(f"has {len(accounts)} accounts, more than {MOST_ACCOUNTS}")
    return [_account(name, _mapping(entry, name)) for name, entry in accounts.items()]


def _tree(text: str) -> Any:
    """The nodes of the one document; nothing is constructed from them."""
    import yaml

    for event in _events(text):
        if not str(getattr(event, "value", "")).isprintable() and _is_broken(event.value):
            raise AccountsError(f"has half a character at line {event.start_mark.line + 1}")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise AccountsError("uses anchors or aliases (& and *); write the values out")
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as e:
        raise AccountsError(_told(e)) from None


def _is_broken(value: str) -> bool:
    """Whether a text holds half a pair of characters, which no frame can hold."""
    return any("\ud800" <= character <= "\udfff" for character in value)


def _events(text: str) -> Any:
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise AccountsError(f"is nested deeper than {MOST_DEPTH}")
            yield event
    except (yaml.YAMLError, RecursionError) as e:
        raise AccountsError(_told(e)) from None


def _told(error: Exception) -> str:
    """Where it is no YAML, without the line itself: a key may stand there."""
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}" if mark is not None else ""
    return f"is no YAML{where}: {getattr(error, 'problem', None) or type(error).__name__}"


def _plain(node: Any) -> Any:
    """Nodes as dicts, lists and texts exactly as written: an id like 0123 stays 0123."""
    import yaml

    if node is None:
        return None
    if node.tag not in _TAGS:
        raise AccountsError(f"uses the tag {str(node.tag)[:60]!r} at line {_line(node)}; not read")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name or name in found:
                what = f"has {name!r} twice" if name else "has a key that is no text"
                raise AccountsError(f"{what} at line {_line(key)}")
            found[name] = _plain(value)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    return None if node.tag == _PLAIN + "null" else str(node.value)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AccountsError(f"{what}: must be a table; accounts stand below `accounts:`")
    return value


def _account(name: str, entry: dict[str, Any]) -> Account:
    models = entry.get("models")
    if models is not None and not (
        isinstance(models, list) and all(isinstance(each, str) for each in models)
    ):
        raise AccountsError(f"{name}.models: must be a list of names")
    paper = str(entry.get("paper", "true")).lower()
    if paper not in _TRUE | _FALSE:
        raise AccountsError(f"{name}.paper: must be true or false")
    port = str(entry.get("health_port", DEFAULT_PORT))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise AccountsError(f"{name}.health_port: must be a port, 1 to 65535")
    description, profile = entry.get("description"), entry.get("param_profile")
    return Account(
        account_id=name,
        name=description if isinstance(description, str) and description else name,
        is_paper=paper in _TRUE,
        health_port=int(port),
        profile=profile if isinstance(profile, str) else None,
        models=None if models is None else tuple(models),
    )


def shared_ports(accounts: list[Account]) -> dict[int, list[str]]:
    """Ports that several accounts name: nobody could say whose bot answers there."""
    times = Counter(account.health_port for account in accounts)
    return {
        port: [account.account_id for account in accounts if account.health_port == port]
        for port, n in times.items()
        if port is not None and n > 1
    }
