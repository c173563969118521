"""The desk behind the nginx of deploy/nginx.conf, both as real processes on free ports."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.data_sources.tls_authority import Authority

ROOT = Path(__file__).resolve().parents[2]
NAME = "desk.example.com"
MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/deskwatch.conf;
}}
"""


class FrontDoor:
    """Starts a desk under /ops/ that watches `logs`, and nginx in front of it; ends both."""

    def __init__(self, nginx: str, folder: Path, logs: Path) -> None:
        self._nginx, self._folder = nginx, folder
        self.url, self.password = "", "not a secret"
        command = ["app.py", "--port", "0", "--attach", logs, "--state-dir", folder / "state"]
        self._desk = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env={**os.environ, "DASH_REQUESTS_PATHNAME_PREFIX": "/ops/"},
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> FrontDoor:
        try:
            backend = self._backend_port()
            port = _free_port()
            self._write_configuration(backend, port)
            self._front = subprocess.Popen(
                [
                    *(self._nginx, "-p", str(self._folder), "-c", "main.conf"),
                    *("-e", str(self._folder / "error.log"), "-g", "daemon off;"),
                ]
            )
        except BaseException:
            self._end(self._desk)
            raise
        self.port = port
        self.url = f"https://{NAME}:{port}/ops/"
        _wait_for(port)
        return self

    def __exit__(self, *_: object) -> None:
        self._end(self._front)
        self._end(self._desk)

    @staticmethod
    def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
        process.terminate()
        process.wait(timeout=12)
        if process.stdout:
            process.stdout.close()

    def _backend_port(self) -> int:
        assert self._desk.stdout is not None
        for line in self._desk.stdout:
            if found := re.search(r"ready at http://127\.0\.0\.1:(\d+)/", line):
                return int(found[1])
        raise AssertionError("the desk did not start")

    def _write_configuration(self, backend: int, port: int) -> None:
        """The shipped file with the reader's own lines, and the ports, filled in."""
        Authority(self._folder).server("good")
        (self._folder / "users").write_text(f"quant:{{PLAIN}}{self.password}\n")
        text = (ROOT / "deploy/nginx.conf").read_text()
        for old, new in (
            ("127.0.0.1:8050", f"127.0.0.1:{backend}"),
            ("/etc/nginx/deskwatch.crt", f"{self._folder}/server.pem"),
            ("/etc/nginx/deskwatch.key", f"{self._folder}/server.pem"),
            ("/etc/nginx/deskwatch.htpasswd", f"{self._folder}/users"),
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("listen 80;", f"listen 127.0.0.1:{_free_port()};"),
        ):
            assert old in text, f"deploy/nginx.conf has no {old!r} any more"
            text = text.replace(old, new)
        (self._folder / "deskwatch.conf").write_text(text)
        # Its workers must reach the test's own folder, which nobody else may enter.
        user = "user root;" if os.geteuid() == 0 else ""
        main = MAIN.format(folder=self._folder, user=user)
        (self._folder / "main.conf").write_text(main)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("nginx did not start")
