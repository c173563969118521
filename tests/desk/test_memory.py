"""Where threads take their memory from, asked of the C library in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

HEAPS = """
import ctypes, sys, threading
if sys.argv[2] == "shared":
    from desk.memory import share_arenas
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = ctypes.c_int, ctypes.c_void_p
libc.fclose.argtypes = (ctypes.c_void_p,)
together = threading.Barrier(6)
def take():
    libc.malloc(ctypes.c_size_t(1_000))
    together.wait()
threads = [threading.Thread(target=take) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
told = libc.fopen(sys.argv[1].encode(), b"w")
libc.malloc_info(0, told)
libc.fclose(told)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are told by glibc alone")
@pytest.mark.parametrize(("how", "is_few"), [("shared", True), ("default", False)])
def test_six_threads_share_two_heaps(tmp_path: Path, how: str, is_few: bool) -> None:
    """Six threads that live at once have two heaps between them, by default more than two."""
    told = tmp_path / "heaps.xml"
    subprocess.run([sys.executable, "-c", HEAPS, str(told), how], check=True, timeout=60)
    assert (told.read_text().count("<heap nr=") <= 2) is is_few
