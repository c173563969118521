"""One small file that its writer may rewrite at any moment: the last good content is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from data_sources.files.stamp import Stamp, read_bytes, stamp_of, why

T = TypeVar("T")


class KeptFile(Generic[T]):
    """Parses a file again only when it changed; half a file costs a problem, not what was known.

    Args:
        path: the file.
        parse: bytes → value; raises ValueError with what is wrong.
        limit_bytes: a longer file is refused, or cut where *newest* is true.
        newest: only the last *limit_bytes* matter.

    Attributes:
        value: of the last good reading, None before it.
        problem: why the file as it is now is not the source of `value`; None when it is.
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
        self._parse = parse
        self._limit_bytes = limit_bytes
        self._newest = newest
        self._settled = False

    def look(self, now_ns: int) -> bool:
        """Look once; return whether the value or the problem may be another now.

        Raises:
            FileNotFoundError: when there is no such file.
        """
        before = self.problem
        try:
            stamp = stamp_of(self.path)
            if stamp == self.stamp and self._settled:
                return False
            if stamp.size > self._limit_bytes and not self._newest:
                raise ValueError(
                    f"is {stamp.size} bytes long; at most {self._limit_bytes} are read"
                )
            data, self.stamp = read_bytes(self.path, self._limit_bytes, newest=self._newest)
            self._settled = self.stamp.settled(now_ns)
            self.value, self.problem = self._parse(data), None
        except FileNotFoundError:
            raise
        except OSError as error:
            self.stamp, self.problem = None, why(error)
            return self.problem != before
        except ValueError as error:
            self.problem = str(error)
        return True
