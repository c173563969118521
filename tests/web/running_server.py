"""The real server on a free port, in a thread of the test process."""

from __future__ import annotations

import threading
import time

import httpx
import uvicorn

from web.application import Application
from web.connection import Connection
from web.server import Server, _address, _listen


class RunningServer:
    def __init__(self, app: Application, port: int = 0) -> None:
        self.app = app
        self._listener = _listen("127.0.0.1", port)
        self.address = _address(self._listener)
        self.url = f"http://{self.address}"
        config = uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            lifespan="on",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        self.server = Server(config, app, self.address)
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )

    def __enter__(self) -> RunningServer:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.server.started
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(10)
        self._listener.close()
        assert not self._thread.is_alive()

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=10, trust_env=False, **options)
