"""What was heard → the event frame, each event once, with its place and its reasons."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from data_sources.dialects.dialect import Dialect, load_dialect
from data_sources.event_stream.lines import as_line
from data_sources.event_stream.mailbox import Connected, Item
from data_sources.event_stream.parser import GiantEvent, StreamEvent
from data_sources.event_stream.replay import Replay, record_in
from data_sources.event_stream.told import Told
from data_sources.lines.classify import Facts
from data_sources.lines.count import count_lines
from data_sources.lines.decode import Decoder
from data_sources.lines.decoded import NAT, Columns, concatenate
from data_sources.lines.frame import Stretch, event_frame, no_events
from data_sources.lines.infer import SAMPLE_LINES, infer
from data_sources.lines.raw import escaped
from data_sources.lines.transforms import word
from data_sources.reading import Counts, Quarantined

AUTO: Final = "auto"


class Intake:
    """Takes events over: repeated ones are counted, the others decoded.

    Args:
        name: of the source.
        account_id: that the events belong to.
        dialect: how they are read; "auto" is guessed at the first events.
        zone: what a time without a zone means; None: what the dialect says.
        kept: what `keep()` of an earlier process gave.

    Attributes:
        counts: totals since the first event.
        newest_ns: newest event time, `NAT` before the first.
        replay: what was told before.
        told: the newest events by place.
    """

    def __init__(
        self,
        name: str,
        account_id: str | None,
        dialect: str,
        zone: ZoneInfo | None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        kept = kept or {}
        self._name, self._account_id, self._zone = name, account_id, zone
        speaks = kept.get("dialect") or dialect
        self._decoder = None if speaks == AUTO else Decoder(load_dialect(speaks), zone)
        known = set(Counts.__slots__)
        self.counts = Counts(**{k: v for k, v in kept.get("counts", {}).items() if k in known})
        self.newest_ns = int(kept.get("newest_ns", NAT))
        self.replay = Replay(kept.get("known", ()), kept.get("last_id", ""), kept.get("gaps", 0))
        self.told = Told(kept.get("generation", ""), kept.get("offset", 0))
        self._session = kept.get("session", name)
        self._nothing = no_events()

    @property
    def dialect(self) -> Dialect | None:
        """The dialect in use; None while it is not known."""
        return self._decoder.dialect if self._decoder else None

    def keep(self) -> dict[str, Any]:
        """Give what another process needs to go on, ready for JSON."""
        dialect = self.dialect
        return {
            "generation": self.told.generation,
            "offset": self.told.offset,
            "last_id": self.replay.last_id,
            "known": self.replay.known,
            "gaps": self.replay.gaps,
            "session": self._session,
            "counts": self.counts.to_json(),
            "newest_ns": self.newest_ns,
            "dialect": str(dialect.file if dialect.file.stem != dialect.name else dialect.name)
            if dialect
            else "",
        }

    def take(
        self, items: list[Item], dropped: int, received_ns: int
    ) -> tuple[pd.DataFrame, list[Quarantined]]:
        """Give the frame of the new events among these, and what was set aside."""
        set_aside: list[Quarantined] = []
        if dropped:
            self._set_aside("overflow", dropped)
        decoder = self._decoder or self._guess(items)
        if decoder is not None:
            decoder.renew_if_full()
        parts: list[tuple[Columns, Stretch]] = []
        lines: list[bytes] = []
        begins_at = self.told.offset
        for item in items:
            if isinstance(item, Connected):
                self.replay.connected(item.asked_from)
            elif isinstance(item, GiantEvent):
                set_aside += self._giant(item)
            elif decoder is not None:
                session = self._admit(item, decoder.dialect, lines)
                if session is not None and session != self._session:
                    *before, first = lines
                    parts += self._decoded(decoder, before, begins_at, received_ns, set_aside)
                    begins_at, lines[:] = self.told.offset - len(first) - 1, [first]
                    self._session = session
        if decoder is not None:
            parts += self._decoded(decoder, lines, begins_at, received_ns, set_aside)
        if decoder is None or not parts:
            return self._nothing, set_aside
        return self._frame(parts, decoder, received_ns), set_aside

    def _frame(
        self, parts: list[tuple[Columns, Stretch]], decoder: Decoder, received_ns: int
    ) -> pd.DataFrame:
        return event_frame(
            parts[0][0] if len(parts) == 1 else concatenate([columns for columns, _ in parts]),
            decoder.table,
            [stretch for _, stretch in parts],
            source=self._name,
            system=decoder.dialect.name,
            account_id=self._account_id,
            received_ns=received_ns,
            attrs=decoder.dialect.orders.attrs,
        )

    def _admit(self, event: StreamEvent, dialect: Dialect, lines: list[bytes]) -> str | None:
        """Add the event's line unless it was told before; the name of a session it begins."""
        self.counts.bytes_read += len(event.data)
        record = record_in(event, dialect)
        if event.data.strip() and self.replay.repeats(event, record, dialect):
            self.counts.lines_in += 1
            self.counts.duplicates += 1
            return None
        line = as_line(event)
        lines.append(line)
        self.told.add(event, len(line) + 1)
        begins = dialect.stream.session_begins
        if begins is None or record is None or not begins.holds(Facts(record)):
            return None
        moment = next((text for path in dialect.time if (text := word(path.of(record)))), None)
        return f"{self._name} {moment}" if moment else None

    def _decoded(
        self,
        decoder: Decoder,
        lines: list[bytes],
        begins_at: int,
        received_ns: int,
        set_aside: list[Quarantined],
    ) -> list[tuple[Columns, Stretch]]:
        if not lines:
            return []
        columns, bad = decoder.decode(b"\n".join(lines) + b"\n", received_ns)
        count_lines(self.counts, columns, bad)
        generation = self.told.generation
        for line in bad:
            place = begins_at + line.offset
            set_aside.append(
                Quarantined(
                    line.reason, self._name, generation, place, line.length, escaped(line.head)
                )
            )
        if not len(columns):
            return []
        columns.offset += begins_at
        self.newest_ns = max(self.newest_ns, int(columns.ts_ns.max()))
        return [(columns, Stretch(len(columns), generation, self._session))]

    def _giant(self, giant: GiantEvent) -> list[Quarantined]:
        if self.replay.repeats_giant(giant.head):
            self.counts.lines_in += 1
            self.counts.duplicates += 1
            return []
        self._set_aside("oversize", 1)
        where = (self._name, self.told.generation, self.told.offset)
        return [Quarantined("oversize", *where, len(giant.head), escaped(giant.head))]

    def _set_aside(self, reason: str, number: int) -> None:
        self.counts.lines_in += number
        known = self.counts.quarantined
        known[reason] = known.get(reason, 0) + number

    def _guess(self, items: list[Item]) -> Decoder | None:
        """Guess the dialect at the first events that say anything."""
        lines = [as_line(item) for item in items if isinstance(item, StreamEvent)]
        if not lines:
            return None
        guess = infer(lines[:SAMPLE_LINES])
        name = guess.dialect if guess.dialect != "unknown" else "generic"
        self._decoder = Decoder(load_dialect(name), self._zone)
        return self._decoder
