"""Is the origin alive? Its health endpoint says so; a silent stream cannot."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from data_sources.endpoint import Endpoint
from data_sources.event_stream.listener import JOIN_SECONDS, Listener
from data_sources.health import HealthSource
from data_sources.reading import Reading

LOG = logging.getLogger(__name__)
FAILURES: Final = 2
"""So many answers in a row must fail before a silent stream is held to be dead."""


class Liveness:
    """A thread that asks the health endpoint and tells the listener what that means.

    While the endpoint is down and the stream silent, the connection is given up: a server that is
    shutting down keeps its streams open and never speaks again. When it is back, the listener need
    not wait for the end of its backoff.

    Attributes:
        reading: the last answer, None before the first.
    """

    def __init__(self, health: HealthSource, listener: Listener) -> None:
        self.reading: Reading | None = None
        self._health, self._listener = health, listener
        self._ending = threading.Event()
        self._failures = 0
        self._failing_since = 0.0
        self._thread = threading.Thread(target=self._run, name="event-stream-health", daemon=True)

    @property
    def wait_seconds(self) -> float:
        """Seconds until the endpoint is asked again; no longer than its pace while it is down.

        Its own pauses grow to three paces. Here they would delay a stream whose line is back, and
        one question a pace is no burden: it is what a healthy endpoint is asked.
        """
        wait = max(0.05, self._health.wait_seconds)
        is_silent = self.reading is not None and self.reading.state == "down"
        return min(wait, self._health.every_seconds) if is_silent else wait

    @property
    def is_down(self) -> bool:
        """Whether the endpoint failed so often in a row that it is no accident."""
        return self._failures >= FAILURES

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; a request under way ends by its own deadline."""
        self._ending.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=JOIN_SECONDS)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._note(self._health.read())
            except Exception as error:  # a thread that dies would never be missed
                LOG.error("event stream: asking its health failed", exc_info=error)
                self._ending.wait(self._health.every_seconds)
            self._ending.wait(self.wait_seconds)

    def _note(self, reading: Reading) -> None:
        self.reading = reading
        if reading.state != "down":
            if self._failures:
                self._listener.nudge()
            self._failures = 0
            return
        self._failures += 1
        if self._failures == 1:
            self._failing_since = time.monotonic()
        if self.is_down:
            silent_seconds = time.monotonic() - self._failing_since
            self._listener.drop(
                "its health endpoint fails and the stream is silent", silent_seconds
            )


def health_beside(
    endpoint: Endpoint,
    health_url: str,
    *,
    name: str,
    every_seconds: float,
    token: str,
    auth_header: str,
    ca_file: str,
) -> HealthSource:
    """Make the source of a stream's health endpoint: `/health` of the same host when not given.

    The token goes to the stream's own host and nowhere else.
    """
    own = urlsplit(endpoint.address)
    url = health_url or urlunsplit((own.scheme, own.netloc, "/health", "", ""))
    asked = urlsplit(url)
    same_host = (asked.scheme, asked.netloc.rpartition("@")[2]) == (own.scheme, own.netloc)
    return HealthSource(
        url,
        name=name,
        every_seconds=every_seconds,
        service_kind="service",
        token=token if same_host else "",
        auth_header=auth_header,
        ca_file=ca_file if asked.scheme == "https" else "",
    )
