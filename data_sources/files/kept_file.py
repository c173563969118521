"""One small file that its writer may rewrite at any moment: the last good content is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from data_sources.files.stamp import Stamp, read_bytes, stamp_of, why

T = TypeVar("T")
HEAD_BYTES: Final = 256


class KeptFile(Generic[T]):
    """Parses a file again only when it changed; half a file costs a problem, not what was known.

    Args:
        path: the file.
        parse: bytes → value; raises ValueError with what is wrong.
        limit_bytes: a longer file is refused, or cut where *newest* is true.
        newest: only the last *limit_bytes* matter; of a longer file the lines that begin in them.

    Attributes:
        value: of the last good reading, None before it.
        problem: why the file as it is now is not the source of `value`; None when it is.
        begin: where in the file begins what `value` was made of, bytes.
        refused: length of the file as it is now and its first bytes, where there is a problem.
    """

    def __init__(
        self,
        path: str | Path,
        parse: Callable[[bytes], T],
        *,
        limit_bytes: int,
        newest: bool = False,
    ) -> None:
        self.path = path
        self.value: T | None = None
        self.problem: str | None = None
        self.stamp: Stamp | None = None
        self.begin = 0
        self.refused = (0, b"")
        self._parse = parse
        self._limit_bytes = limit_bytes
        self._newest = newest
        self._settled = False

    def look(self, now_ns: int) -> bool:
        """Look once; return whether the value or the problem may be another now.

        Raises:
            FileNotFoundError: when there is no such file.
        """
        before, size, data = self.problem, 0, b""
        try:
            stamp = stamp_of(self.path)
            if stamp == self.stamp and self._settled:
                return False
            size = stamp.size
            if size > self._limit_bytes and not self._newest:
                raise ValueError(f"is {size} bytes long; at most {self._limit_bytes} are read")
            data, self.stamp = read_bytes(self.path, self._limit_bytes, newest=self._newest)
            self._settled = self.stamp.settled(now_ns)
            size = self.stamp.size
            begin = max(0, size - self._limit_bytes)
            # A first line that may have been cut away in front is none; the byte before it tells.
            cut = data.find(b"\n") + 1 if begin else 0
            self.value, self.problem = self._parse(data[cut:]), None
            self.begin = begin + cut
        except FileNotFoundError:
            raise
        except OSError as error:
            self.stamp, self.problem, self.refused = None, why(error), (0, b"")
            return self.problem != before
        except ValueError as error:
            self.problem, self.refused = str(error), (size, data[:HEAD_BYTES])
        return True
