"""How a source of files is: one state and one sentence, out of all that stands in the way."""

from __future__ import annotations

from data_sources.lines.descriptors import Descriptors
from data_sources.lines.discover import Look, Trouble
from data_sources.lines.register import Register


class Health:
    """What the last look at the folders brought to light."""

    def __init__(self, register: Register, descriptors: Descriptors) -> None:
        self._register = register
        self._descriptors = descriptors
        self._outside: dict[str, Trouble] = {}
        self._found = 0

    def looked(self, look: Look) -> None:
        """Remember what one look saw."""
        self._outside = look.troubles
        self._found = len(look.found)

    def judge(self, path: str) -> tuple[str, str | None]:
        """State and problem of the source that was configured as `path`."""
        bad = dict(self._descriptors.troubles)
        for generation in self._register.doubtful.values():
            if generation.found is not None:
                bad[generation.path] = Trouble("bad_payload", generation.trouble)
        troubles = [*self._outside.values(), *bad.values()]
        grave = [trouble for trouble in troubles if trouble.grave or not self._found]
        if grave:
            more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
            state = "degraded" if self._found > len(bad) else grave[0].state
            return state, grave[0].message + more
        if not self._found:
            return "waiting", f"no log at {path} yet; waiting for it"
        return "ok", None
