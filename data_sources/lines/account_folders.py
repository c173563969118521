"""Which folders of logs are accounts of one system, and the folder that holds them all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from data_sources.dialects.dialect import load_dialect
from data_sources.lines.folder import account_called
from data_sources.lines.mixed import NOT_KNOWN, Part


def account_bases(
    root: Path, folders: Mapping[Path, Sequence[Part]], taken: Collection[Path]
) -> dict[Path, tuple[Path, ...]]:
    """Folder → the folders of logs that one source on it reads: accounts that lie side by side.

    Only folders with logs of one dialect that tells accounts by folders are joined, and only below
    a folder that holds no others' logs; a folder whose logs have no line yet goes with them. One of
    logs that is named after an account and has no other beside it is left out: see `account_in`.

    Args:
        root: no folder above it is looked at.
        folders: folder → what its logs speak.
        taken: folders that belong to other kinds of sources.
    """
    own = {
        folder: parts[0].dialect
        for folder, parts in folders.items()
        if len(parts) == 1 and _tells_accounts(parts[0].dialect)
    }
    still_empty = {
        folder for folder, parts in folders.items() if not any(each.guess.lines for each in parts)
    }
    found: dict[Path, tuple[Path, ...]] = {}
    for folder in sorted(own):
        if any(folder in joined for joined in found.values()):
            continue
        for base in _bases(root, folder, own):
            below = [each for each in (*folders, *taken) if each.is_relative_to(base)]
            alike = {own.get(each) for each in below if each not in still_empty} == {own[folder]}
            if alike and (base != folder or len(below) > 1):
                found[base] = tuple(below)
                break
    return found


def _bases(root: Path, folder: Path, own: Collection[Path]) -> list[Path]:
    """Folders that may hold an account's folder and those beside it, or be such a base itself."""
    beside = sum(each.parent == folder.parent for each in own)
    is_account = folder != root and account_called(folder) is not None
    has_base = is_account and (beside > 1 or account_called(folder.parent) is None)
    return [folder.parent, folder] if has_base else [folder]


def account_in(root: Path, folder: Path, dialect: str) -> dict[str, str]:
    """The option that says whose logs lie in a folder below *root*; {} where nothing tells."""
    account = account_called(folder) if folder != root and _tells_accounts(dialect) else None
    return {"account_id": account} if account else {}


def _tells_accounts(dialect: str) -> bool:
    return dialect not in NOT_KNOWN and load_dialect(dialect).folder_is_account
