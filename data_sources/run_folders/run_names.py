"""The ids of runs, each once: two folders may hold copies of one meta.json."""

from __future__ import annotations

from collections.abc import Sequence

from data_sources.run_folders.run_folder import RunFolder


def run_names(runs: Sequence[RunFolder]) -> dict[str, RunFolder]:
    """Id → run, in the order given.

    The run whose folder is named like its id has the id; of others with the same one the first.
    A copy goes by the name of its folder.
    """
    owners = {run.run_id: run for run in reversed(runs)}
    owners |= {run.run_id: run for run in runs if run.folder == run.run_id}
    names: dict[str, RunFolder] = {}
    for run in runs:
        name = run.run_id if owners[run.run_id] is run else f"{run.folder} (copy of {run.run_id})"
        names[name] = run
    return names
