"""What a dialect says of events that arrive as a stream: `[stream]` in its TOML."""

from __future__ import annotations

from dataclasses import dataclass

from data_sources.dialects.condition import ALWAYS, Condition
from data_sources.dialects.key_path import KeyPath
from data_sources.dialects.reader import Reader


@dataclass(frozen=True, slots=True)
class StreamRules:
    """How events of a stream are told apart.

    identity        paths whose values together name one event, so that a replayed one is known
    replays         whether the server tells its newest events again to each new connection
    session_begins  fits the event with which the origin begins anew, its order ids too
    """

    identity: tuple[KeyPath, ...] = ()
    replays: bool = False
    session_begins: Condition | None = None


def stream_rules(reader: Reader) -> StreamRules:
    """Read the table `[stream]`; what it does not say is not so.

    Raises:
        DialectError: naming file, line and key.
    """
    reader.only(("stream",), {"identity", "replays", "session_begins"})
    begins = reader.condition(("stream", "session_begins"))
    return StreamRules(
        identity=reader.paths(("stream", "identity"), []),
        replays=reader.flag(("stream", "replays")),
        session_begins=None if begins is ALWAYS else begins,
    )
