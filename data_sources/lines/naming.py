"""Names a generation, so that it keeps its name after a rename, a restart, even a lost cursor."""

from __future__ import annotations

from hashlib import blake2b

from data_sources.lines.generation import Generation
from data_sources.lines.identity import HEAD_BYTES


def name_it(generation: Generation, mates: list[Generation], first: bytes) -> None:
    """Give the generation its eight digits, from its first line; unlike all of its file."""
    line = first[:HEAD_BYTES].partition(b"\n")[0]
    seed = generation.file.encode() + b"\n" + line
    generation.base = blake2b(seed, digest_size=4).hexdigest()
    taken = {other.id for other in mates if other is not generation and other.base}
    same = [o.ordinal for o in mates if o is not generation and o.base == generation.base]
    generation.ordinal = max(same, default=-1) + 1
    while generation.id in taken:
        generation.ordinal += 1
