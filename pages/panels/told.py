"""What sources tell of sessions and runs: the rows, and where a panel of them comes from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from components.cell import Cell, page_cell, query_cell
from components.provenance import Provenance, provenance
from formats import MISSING, count, text

_CLIMBING: Final = frozenset({".", ".."})


def told_frame(view: Any, name: str) -> pd.DataFrame:
    """Give a frame of the view, without rows where nobody tells it."""
    found = view.frames.get(name)
    return pd.DataFrame() if found is None else found


def whole_frame(view: Any, name: str) -> pd.DataFrame:
    """Give a frame as it is without the choice of a source, an account or a symbol."""
    found = view.desk.get("whole_frames", view.frames).get(name)
    return pd.DataFrame() if found is None else found


def state_frame(view: Any, name: str) -> pd.DataFrame:
    """Give what polled sources alone tell, of every account: events need not be read for it."""
    found = view.states.get(name)
    return pd.DataFrame() if found is None else found


def told_of(view: Any, name: str, session_id: str, limit: int) -> pd.DataFrame:
    """Give the newest rows of a frame that name a session, the newest first."""
    ask = view.desk.get("of_session")
    found = pd.DataFrame() if ask is None else ask(name, session_id, limit)
    return found.iloc[::-1]


def one_of(frame: pd.DataFrame, column: str, wanted: str) -> dict[str, Any]:
    """Give the last row that has an id, empty where there is none."""
    if column not in frame:
        return {}
    found = frame[frame[column] == wanted].tail(1).to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else {}


def told_once(frame: pd.DataFrame, source: str | None, **named: str) -> pd.DataFrame:
    """Give the last row that has an id, of a chosen source where that one tells of it too.

    Two sources may use the same id for two things: a page shows one of them.
    """
    found = chosen(frame, **named)
    preferred = chosen(found, source=source)
    return (preferred if len(preferred) else found).tail(1)


def teller(*rows: pd.DataFrame) -> str | None:
    """Give the source of the last of the first rows that name theirs, None where none does."""
    for each in rows:
        told = each["source"].dropna() if "source" in each else ()
        if len(told):
            return str(told.iloc[-1])
    return None


def chosen(frame: pd.DataFrame, **words: str | None) -> pd.DataFrame:
    """Give the rows that have these words; None chooses nothing.

    Rows without such a column have no such word: equity of a broker is of no run.
    """
    for column, word in words.items():
        if word is not None:
            frame = frame[frame[column] == word] if column in frame else frame.iloc[:0]
    return frame


def own_word(word: str | None, own: Collection[str]) -> str | None:
    """Give a word that is chosen in the address where it is one of a table's own, else None.

    The states of sessions and of runs stand in one parameter, and no word is of both.
    """
    return word if word in own else None


def newest_first(frame: pd.DataFrame, times: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Give the newest rows by the first of some times that each has; those without one last."""
    if frame.empty:
        return []
    heard = frame[[name for name in times if name in frame]].bfill(axis=1).iloc[:, 0]
    order = heard.reset_index(drop=True).sort_values(
        ascending=False, kind="stable", na_position="last"
    )
    rows = frame.iloc[order.index[:limit]].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def none_kept(row: Mapping[str, Any], otherwise: str) -> str:
    """Give what stands where no step of a run is at hand: only the newest ones are kept.

    Args:
        row: of the frame `runs`, empty where nobody tells of the run at the moment.
        otherwise: what stands there where the run had no step.
    """
    if not row:
        return "Nobody tells of the run at this moment"
    steps, equity = row.get("steps"), row.get("equity")
    if (not pd.isna(steps) and steps > 0) or not pd.isna(equity):
        return "Its older steps are not kept here"
    return otherwise


def samples(left: int, whole: int) -> str:
    """Give how many rows filters leave, and of how many."""
    return f"n = {count(left)}" + (f" of {count(whole)}" if left != whole else "")


def left_out(shown: int, whole: int) -> str:
    """Give how many older rows are not shown; nothing where all are."""
    return (
        f"The newest {count(shown)}; {count(whole - shown)} older left out" if whole > shown else ""
    )


def told_by(view: Any, filters: Any, rows: pd.DataFrame, kinds: Collection[str] = ()) -> Provenance:
    """Give where a panel comes from.

    Args:
        view: the view that the page is built from.
        filters: the viewer's filters.
        rows: what the panel shows; their sources are named.
        kinds: kinds of sources that would tell such rows, named before they do.
    """
    names = set(rows["source"].dropna().unique()) if "source" in rows else set()
    feeding = [
        row
        for row in view.sources
        if row.get("name") in names
        or (row.get("kind") in kinds and filters.source in (None, row.get("name")))
    ]
    now_ms, replay = view.at.timestamp() * 1000.0, filters.at is not None
    return provenance(feeding, now_ms=now_ms, replay=replay, events_only=False)


def id_cell(page: str, identifier: Any, title: str, source: Any = None) -> Cell | str:
    """Give an id as a link to the page of what it names.

    No address leads to an id that is empty, too long, or one that browsers take for a way up.

    Args:
        page: the first part of the address.
        identifier: the id.
        title: what stands there when the pointer rests on it.
        source: chosen with it, where several sources use the same id.
    """
    if not isinstance(identifier, str) or not identifier:
        return MISSING
    path = f"/{page}/{quote(identifier, safe='', errors='replace')}"
    if identifier in _CLIMBING or "/" in identifier or len(path) > 1_000:
        return text(identifier, 80)
    query = {"source": source} if isinstance(source, str) else {}
    return page_cell(identifier, path, title, **query)


def told_twice(frame: pd.DataFrame, column: str) -> set[str]:
    """Give the ids that several sources use, for one thing or for two."""
    if frame.empty:
        return set()
    pairs = frame[[column, "source"]].dropna().drop_duplicates()
    return set(pairs.loc[pairs[column].duplicated(), column])


def mode_cell(mode: Any) -> Cell | str:
    """Give a mode as the link that leaves only what runs in it."""
    shown = text(mode, 24)
    return MISSING if shown == MISSING else query_cell(shown, "Only this mode", mode=str(mode))


def none_told(name: str, word: str, whole: int, source: str) -> str:
    """Give what an empty list of such things says.

    Args:
        name: of one thing, such as `run`.
        word: what its state is called.
        whole: how many there are without the choice of a mode and a state.
        source: who tells of them, as in `Provenance`.
    """
    if whole:
        return f"No {name} has that mode and {word}"
    return f"No source tells of {name}s" if source == "no source" else f"No {name} is told"


def row_data(row: dict[str, Any]) -> dict[str, str]:
    """Give the data attributes of a row's cells: its source and its account, where they are."""
    words = {"source": row.get("source"), "account": row.get("account_id")}
    return {name: text(word, 40) for name, word in words.items() if isinstance(word, str) and word}
