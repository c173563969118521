"""The files of a simulated system whose writers append, truncate and rewrite."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from demo.folder import Written
from demo.script import Piece

Listener = Callable[[Piece], None]


class Tree:
    """Puts pieces into files below a folder, as their writers do: in place, without care.

    Args:
        root: the system's folder; made when missing.

    Attributes:
        listener: is told each piece after it was written; a server that tells the same.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = Written()
        self.listener: Listener | None = None
        root.mkdir(parents=True, exist_ok=True)

    def write(self, pieces: Iterable[Piece]) -> None:
        """Write the pieces in their order."""
        for piece in pieces:
            path = self.root / piece.path
            path.parent.mkdir(parents=True, exist_ok=True)
            # Truncated and written again, never moved into place: readers can see it half.
            with path.open("wb" if piece.whole else "ab", buffering=0) as file:
                file.write(piece.data)
            self.written.bytes += len(piece.data)
            if not piece.whole:
                lines = piece.data.count(b"\n")
                self.written.lines += lines
                self.written.events += lines
            if self.listener is not None:
                self.listener(piece)

    def close(self) -> None:
        """Nothing stays open."""
