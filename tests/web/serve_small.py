"""A server process for tests: serve_small.py [PORT] [HOST]; a line on its input is an order."""

import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from memory_desk import MemoryDesk  # noqa: E402

from web.server import create_app, serve  # noqa: E402

desk = MemoryDesk()
desk.submit("first")


def listen() -> None:
    for line in sys.stdin:
        desk.submit(line.strip())


port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
threading.Thread(target=listen, daemon=True).start()
sys.exit(serve(create_app(desk, pages_folder=HERE / "small_pages"), host, port))
