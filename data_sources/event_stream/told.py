"""What was told, as if it were a file: each event has its place; the newest can be read again."""

from __future__ import annotations

import secrets
from typing import Final

from data_sources.event_stream.parser import StreamEvent

KEPT_BYTES: Final = 16 << 20
EVENT_BYTES: Final = 256


class Told:
    """The newest events by their place.

    Attributes:
        generation: names this series of events; it goes on in another process with the cursor.
        offset: where the next line begins.
    """

    def __init__(self, generation: str = "", offset: int = 0) -> None:
        self.generation = generation or f"sse-{secrets.token_hex(8)}"
        self.offset = offset
        self._events: dict[int, tuple[StreamEvent, int]] = {}
        self._bytes = 0

    def add(self, event: StreamEvent, line_bytes: int) -> int:
        """Give the next place to an event whose line has so many bytes with its newline."""
        place = self.offset
        self._events[place] = event, line_bytes
        self.offset += line_bytes
        self._bytes += len(event.data) + EVENT_BYTES
        while self._bytes > KEPT_BYTES:
            oldest = next(iter(self._events))
            self._bytes -= len(self._events.pop(oldest)[0].data) + EVENT_BYTES
        return place

    def at(self, place: int) -> StreamEvent | None:
        """The event at a place, None when it is no longer kept."""
        found = self._events.get(place)
        return None if found is None else found[0]

    def rewind(self, place: int) -> list[StreamEvent] | None:
        """Go back to a place: the events from there on, None when they are no longer all kept."""
        if place == self.offset:
            return []
        if place not in self._events:
            return None
        places = [each for each in self._events if each >= place]
        taken = [self._events.pop(each)[0] for each in places]
        self._bytes -= sum(len(event.data) + EVENT_BYTES for event in taken)
        self.offset = place
        return taken
