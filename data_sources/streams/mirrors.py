"""Streams that are written twice: each entry of a pair of copies counts once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from data_sources.streams.marks import framed

KEPT: Final = 2_000
"""How many entries of each stream wait for their copy from one read to the next."""


class Mirrors:
    """Matches the entries of a stream and of its copy, one to one.

    An entry that comes second, in whichever of the two, is the copy of the one that came first.
    Equal entries of one stream are never copies of each other.
    """

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._original = dict(pairs)
        self._originals = frozenset(pairs.values())
        self._waiting: dict[str, dict[str, int]] = {}

    def repeats(self, stream: str, pairs: Sequence[bytes]) -> bool:
        """Whether this entry of *stream* (without prefix) was already told by the other one."""
        original = self._original.get(stream)
        if original is None and stream not in self._originals:
            return False
        others = (
            [original]
            if original is not None
            else [copy for copy, of in self._original.items() if of == stream]
        )
        digest = hashlib.blake2b(framed(pairs), digest_size=10).hexdigest()
        for other in others:
            waiting = self._waiting.get(other, {})
            if digest in waiting:
                waiting[digest] -= 1
                if not waiting[digest]:
                    del waiting[digest]
                return True
        own = self._waiting.setdefault(stream, {})
        own[digest] = own.get(digest, 0) + 1
        return False

    def forget_old(self) -> None:
        """Keep the newest that wait; call it between reads, when both streams had their turn."""
        for waiting in self._waiting.values():
            while len(waiting) > KEPT:
                del waiting[next(iter(waiting))]

    def to_json(self) -> dict[str, Any]:
        """What waits for its copy, as JSON values."""
        return {stream: dict(waiting) for stream, waiting in self._waiting.items() if waiting}

    def restore(self, value: Mapping[str, Mapping[str, int]]) -> None:
        """Take over what `to_json` gave."""
        self._waiting = {
            str(stream): {str(k): int(n) for k, n in waiting.items()}
            for stream, waiting in value.items()
        }
