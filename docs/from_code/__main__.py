"""`python -m docs.from_code` writes the parts of the papers that the code knows.

With `--check` it only says which papers differ.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from docs.from_code.marked import PaperError
from docs.from_code.papers import Paper, papers, strays


def main(arguments: Sequence[str]) -> int:
    """Write what differs, or only name it; return the exit code: 1 when something is wrong."""
    only_check = list(arguments) == ["--check"]
    if arguments and not only_check:
        print("usage: python -m docs.from_code [--check]", file=sys.stderr)
        return 64
    try:
        differing = [paper for paper in papers() if _mend(paper, only_check=only_check)]
    except PaperError as error:
        print(error, file=sys.stderr)
        return 1
    for stray in strays():
        print(f"{stray}: no kind or dialect bears this name; remove it", file=sys.stderr)
    return int(bool(strays() or (only_check and differing)))


def _mend(paper: Paper, *, only_check: bool) -> bool:
    """Whether a paper differs; then it is written, unless it is only looked at."""
    if paper.is_current():
        return False
    done = "written" if paper.path.exists() else "begun"
    if not only_check:
        paper.path.write_text(paper.told(), encoding="utf-8")
    print(f"{paper.name}: {'differs' if only_check else done}")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
