"""What an answer other than the metrics themselves means."""

from __future__ import annotations

from data_sources.health_answer import Outcome, of_refusal
from data_sources.http import Answer


def refused(answer: Answer, now_seconds: float) -> Outcome | None:
    """The outcome of an answer that holds no metrics by its status; None for 200.

    Its first words stand in the detail: a client that is not set up says so in plain text.
    """
    if answer.status == 200:
        return None
    found = of_refusal(answer, now_seconds, "no metrics there")
    if found is not None:
        return found
    said = answer.body[:200].decode("ascii", "replace").strip()
    said = "".join(c if c.isprintable() else " " for c in said) or "no reason"
    state = "down" if answer.status >= 500 else "bad_payload"
    return Outcome(state, f"HTTP {answer.status}: {said}", None, answer.seconds)
