"""Attached folders as origins of a desk; its state folder remembers what they were made into."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from data_sources.attached import Attached
from desk.origin import Origin, origin

LOG = logging.getLogger(__name__)

NAME: Final = "attached.json"


class Attachment:
    """The origins of some folders, found now and later, the same after a restart.

    What is kept of an origin is found by its name and dialect. Both are told by what lies in the
    folder when it is first seen, and another system may move in later: so they are remembered.

    Args:
        folders: the folders, or single files.
        state_dir: the desk's state folder; only read until `newcomers` is asked.

    Raises:
        OriginError: when a path's own folder does not exist either.
    """

    def __init__(self, folders: Sequence[str | Path], state_dir: Path) -> None:
        self._path = state_dir / NAME
        self._damage = ""
        self._aside: Path | None = None
        self._kept = self._read()
        self._complained = False
        self._attached = Attached(folders, before=self._kept)

    def text(self) -> str:
        """What was found, for a person."""
        return self._attached.text()

    def notices(self) -> list[str]:
        """Return what every viewer should know: that the memory of the folders was damaged."""
        if not self._damage:
            return []
        told = (
            f"{self._path} could not be used ({self._damage}): the attached folders were looked at "
            "anew, and a source that is called otherwise than before is read from its beginning."
        )
        return [told + (f" It was set aside as {self._aside.name}." if self._aside else "")]

    def origins(self) -> list[Origin]:
        """Return what was found until now."""
        return _origins(self._attached.sources)

    def newcomers(self) -> list[Origin]:
        """Look once; return what is new. To be asked while the desk holds its state folder."""
        try:
            return _origins(self._attached.news())
        finally:
            self._keep()

    def _read(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Folder → name → options, as they were kept; nothing where they cannot be used."""
        try:
            kept = json.loads(self._path.read_bytes())
            return {
                str(folder): {str(name): dict(table) for name, table in tables.items()}
                for folder, tables in kept.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            LOG.warning("%s cannot be used: %s; the folders are looked at anew", self._path, error)
            readable = isinstance(error, OSError | ValueError)
            self._damage = str(error) if readable else "it holds no folders and their sources"
            return {}

    def _keep(self) -> None:
        """Write down what there is, beside what other folders were; a full disk is asked later."""
        wanted = self._kept | self._attached.tables
        if wanted == self._kept and self._path.exists():
            return
        new = self._path.with_suffix(".new")
        try:
            if self._damage and self._aside is None:
                self._set_aside()
            new.write_text(json.dumps(wanted, indent=1))
            new.replace(self._path)
        except OSError as error:
            if not self._complained:
                LOG.warning("%s cannot be written: %s", self._path, error)
            self._complained = True
        else:
            self._kept, self._complained = wanted, False

    def _set_aside(self) -> None:
        """Keep what cannot be used under another name: a person may still read it."""
        aside = self._path.with_name(f"{NAME}.corrupt-{time.time_ns()}")
        self._path.rename(aside)
        self._aside = aside


def _origins(sources: Mapping[str, Any]) -> list[Origin]:
    return [origin(name, source) for name, source in sources.items()]
