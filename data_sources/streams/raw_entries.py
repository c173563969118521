"""Reads single entries back, so that every number can be followed to where it came from."""

from __future__ import annotations

import json
import threading

from data_sources.streams.entry import id_of
from data_sources.streams.failure import LinkError
from data_sources.streams.link import Link


class RawEntries:
    """Looks up entries on a connection of its own: whoever looks is in no reader's thread.

    Args:
        link: to the server, used by nobody else. It is connected only while somebody looks.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._lock = threading.Lock()

    def text(self, key: bytes, offset: int) -> str | None:
        """One entry as JSON, its values as they stand in the stream.

        Returns:
            None when it is gone, or when the server does not answer.
        """
        entry_id = id_of(offset)
        try:
            with self._lock:
                self._link.begin()
                try:
                    reply = self._link.ask(("XRANGE", key, entry_id, entry_id))[0]
                finally:
                    self._link.close()
        except LinkError:
            return None
        if isinstance(reply, Exception) or not reply:
            return None
        flat = [bytes(part).decode("utf-8", "backslashreplace") for part in reply[0][1]]
        stream = key.decode("utf-8", "backslashreplace")
        fields = dict(zip(flat[::2], flat[1::2], strict=False))
        return json.dumps({"stream": stream, "id": entry_id, "fields": fields}, ensure_ascii=False)
