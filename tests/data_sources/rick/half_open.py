"""A program in a network of its own: an Arena, a source that listens to it, and a line that is cut.

Run as `unshare --net python half_open.py health|kernel`. While `lo` is down no packet arrives and
nobody is told: both sides keep their connection. Prints what happened as one JSON object.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from data_sources.sse import SseSource
from tests.data_sources.rick.arena_server import arena
from tests.data_sources.rick.reading_on import Heard

SET_FLAGS = 0x8914
UP = 0x1
PATIENCE_SECONDS = 90.0


def line(*, up: bool) -> None:
    """Bring the loopback device of this network up or down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP if up else 0))


def main(kind: str) -> None:
    """Listen, cut, wait until it is noticed, mend, wait until events come again."""
    line(up=True)
    with arena() as street:
        options = {"health_url": "none"} if kind == "kernel" else {"health_every_seconds": 1.0}
        source = SseSource(street.url, dialect="rick", renew_after_seconds=0.0, **options)
        heard = Heard(source).events(1).state("ok")
        line(up=False)
        begun = time.monotonic()
        heard.until(lambda h: h.reading.state != "ok", PATIENCE_SECONDS)
        noticed = time.monotonic() - begun
        problem = str(heard.reading.problem)
        line(up=True)
        street.place(1)
        begun = time.monotonic()
        heard.until(lambda h: "paper-oanda-1" in h.column("client_order_id"), PATIENCE_SECONDS)
        told = {
            "noticed_seconds": noticed,
            "resumed_seconds": time.monotonic() - begun,
            "problem": problem,
            "orders": heard.column("client_order_id").count("paper-oanda-1"),
            "gaps": heard.reading.counts.generations["gaps"],
        }
        source.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
