"""The mapping of a stranger's log is guessed from its lines, with reasons, and reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data_sources import JsonlSource, OriginError
from data_sources.guessing.order_words import meaning
from data_sources.lines.guess import Guessed, guess
from data_sources.lines.infer import sample_of
from ledger import order_lives
from tests.data_sources.good_lines import write
from tests.data_sources.strange_log import NOW_NS, T0_NS, told


def guessed(*records: dict[str, Any]) -> Guessed:
    return guess(told(list(records)), now_ns=NOW_NS)


def path_of(mapping: Guessed, role: str) -> str | None:
    return next((each.path for each in mapping.choices if each.role == role), None)


def order(status: str, at_ms: int = 0, number: int = 1, **more: Any) -> dict[str, Any]:
    head = {"time": T0_NS // 10**6 + at_ms, "status": status, "orderId": f"o{number}"}
    return {**head, "sym": "ES", "dir": "B", **more}


def events(mapping: Guessed, folder: Path, *records: dict[str, Any]) -> Any:
    """The events of records in the dialect that was written to a file."""
    mapping.write(folder / "his.toml")
    write(folder / "logs/a.jsonl", *told(list(records)))
    return JsonlSource(folder / "logs", dialect=str(folder / "his.toml")).read().frame


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NEW", "order.submitted"),
        ("OrderPartiallyFilled", "order.partially_filled"),
        ("order.partially-filled", "order.partially_filled"),
        ("PARTIALLY FILLED", "order.partially_filled"),
        ("ORDER_CANCELLED", "order.canceled"),
        ("PENDING_CANCEL", "order.cancel_requested"),
        ("order_status:EXPIRED", "order.expired"),
        ("ack", "order.accepted"),
        ("CANCEL_REJECTED", None),
        ("unfilled", None),
        ("LIMIT", None),
    ],
)
def test_usual_words(code: str, kind: str | None) -> None:
    """Words in any style have their usual meaning; near ones that mean something else have none."""
    assert meaning(code) == kind


def test_new_is_what_the_other_words_make_of_it() -> None:
    """NEW is an acknowledgement where SUBMITTED is said as well, else it submits."""
    alone = guessed(order("NEW"), order("FILLED", 5))
    beside = guessed(order("SUBMITTED"), order("NEW", 5))
    assert alone.codes.kinds["NEW"] == "order.submitted"
    assert beside.codes.kinds["NEW"] == "order.accepted"
    assert "FIX" in alone.toml()
    assert "FIX" in beside.toml()


def test_words_not_seen_yet_are_known(tmp_path: Path) -> None:
    """The rest of an order's life is read too, called in the way of what was seen."""
    mapping = guessed(order("order_new"), order("order_new", 1, 2))
    frame = events(mapping, tmp_path, order("order_new"), order("order_partially_filled", 3))
    assert frame["kind"].tolist() == ["order.submitted", "order.partially_filled"]


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("latency_us", 41_000, "microseconds"),
        ("tookMs", 41, "milliseconds"),
        ("rtt_seconds", 0.041, "seconds"),
        ("latencyns", 41_000_000, "nanoseconds"),
    ],
)
def test_a_latency_in_its_unit(tmp_path: Path, key: str, value: float, unit: str) -> None:
    """The unit at the end of a latency's name makes seconds of it."""
    lines = order("NEW"), order("ACK", 41, **{key: value})
    mapping = guessed(*lines)
    (choice,) = [each for each in mapping.choices if each.role == "latency_seconds"]
    assert (choice.path, choice.unit) == (key, unit)
    frame = events(mapping, tmp_path, *lines)
    assert frame["latency_seconds"].iloc[1] == pytest.approx(0.041)


def test_a_latency_without_a_unit_is_not_taken(tmp_path: Path) -> None:
    """Without a unit, and with times that do not tell it, the column stays missing."""
    lines = [order(word, 1000 * n, n, took=7) for n in range(5) for word in ("NEW", "ACK")]
    mapping = guessed(*lines)
    assert "# [columns.latency_seconds]" in mapping.toml()
    assert events(mapping, tmp_path, *lines)["latency_seconds"].isna().all()


def test_the_times_of_the_lines_tell_the_unit() -> None:
    """A latency that is the time since its order was submitted tells its unit itself."""
    pairs = [(order("NEW", 1000 * n, n), order("ACK", 1000 * n + 36, n, took=36)) for n in range(4)]
    mapping = guessed(*[line for pair in pairs for line in pair])
    (choice,) = [each for each in mapping.choices if each.role == "latency_seconds"]
    assert choice.unit == "milliseconds"


PARTS = (
    ({"qty": 3}, {"qty": 3, "lastQty": 1, "lastPx": 9.5}, {"qty": 3, "lastQty": 2, "lastPx": 9.8}),
    ({"qty": 3}, {"qty": 3, "cumQty": 1, "avgPx": 9.5}, {"qty": 3, "cumQty": 3, "avgPx": 9.7}),
    ({"qty": 3}, {"qty": 3, "filled": 1, "px": 9.5}, {"qty": 3, "filled": 2, "px": 9.8}),
    ({"qty": 3}, {"qty": 1, "px": 9.5}, {"qty": 2, "px": 9.8}),
)


@pytest.mark.parametrize("parts", PARTS, ids=["own", "running", "own, called filled", "plain"])
def test_fills_add_up_to_their_order(tmp_path: Path, parts: tuple[dict[str, Any], ...]) -> None:
    """However a fill tells its quantity, own or running, the ledger fills three of three."""
    words = ("NEW", "PARTIALLY_FILLED", "FILLED")
    lines = [
        order(word, 10 * n, **more) for n, (word, more) in enumerate(zip(words, parts, strict=True))
    ]
    frame = order_lives(events(guessed(*lines), tmp_path, *lines))
    (row,) = frame.to_dict("records")
    assert (row["order_quantity"], row["filled_quantity"]) == (3, 3)
    assert row["status"] == "filled"


def test_fills_that_repeat_their_order_are_not_summed(tmp_path: Path) -> None:
    """Where fills only repeat the order's quantity, nobody knows theirs: it stays missing."""
    words = ("NEW", "PARTIALLY_FILLED", "FILLED")
    lines = [order(word, 10 * n, qty=3) for n, word in enumerate(words)]
    frame = events(guessed(*lines), tmp_path, *lines)
    assert frame["quantity"].isna().tolist() == [False, True, True]


def test_an_id_of_the_event_is_no_order() -> None:
    """An `id` that every line has anew is an event's; one that lines share is an order's."""
    words = ("NEW", "ACK", "FILLED")
    lines = [
        {"ts": T0_NS, "event": w, "id": n, "symbol": "A", "qty": 1} for n, w in enumerate(words)
    ]
    assert path_of(guessed(*lines), "client_order_id") is None
    assert path_of(guessed(*[{**line, "id": "x"} for line in lines]), "client_order_id") == "id"


def test_two_ids_are_the_clients_and_the_venues() -> None:
    """Beside a client's id a plain order id is the venue's; alone it is the client's."""
    both = guessed(order("NEW", clOrdID="c1"), order("FILLED", 4, clOrdID="c1"))
    assert path_of(both, "client_order_id") == "clOrdID"
    assert path_of(both, "venue_order_id") == "orderId"
    alone = guessed(order("NEW"), order("FILLED", 4))
    assert path_of(alone, "client_order_id") == "orderId"


def test_nested_records(tmp_path: Path) -> None:
    """Keys inside objects are found by their paths, one called details too."""
    lines = [
        {"ts": T0_NS, "msg_type": word, "details": {"order": {"id": "o", "side": 1}, "pair": "A/B"}}
        for word in ("NEW", "FILLED")
    ]
    mapping = guessed(*lines)
    assert path_of(mapping, "client_order_id") == "details.order.id"
    frame = events(mapping, tmp_path, *lines)
    assert frame["client_order_id"].tolist() == ["o", "o"]
    assert frame["symbol"].tolist() == ["A/B", "A/B"]
    assert frame["side"].tolist() == ["buy", "buy"]


def test_logins_are_no_orders() -> None:
    """ACCEPTED without an order's keys is no order; nothing is counted then."""
    lines = [{"time": T0_NS, "event": "login", "status": word} for word in ("accepted", "rejected")]
    mapping = guessed(*lines)
    assert not mapping.is_useful
    assert mapping.counted_ratio == 0


def test_bad_lines_are_not_claimed(tmp_path: Path) -> None:
    """What cannot be read is not in the accepted share: the file reads just what is claimed."""
    lines = [*told([order("NEW"), order("ACK", 3)]), b"torn {", told([order("NEW")])[0], b""]
    lines.append(told([{**order("FILLED", 4), "time": "yesterday"}])[0])
    mapping = guess(lines, now_ns=NOW_NS)
    assert (mapping.lines, mapping.usable) == (5, 4)
    mapping.write(tmp_path / "his.toml")
    write(tmp_path / "logs/a.jsonl", *lines)
    counts = JsonlSource(tmp_path / "logs", dialect=str(tmp_path / "his.toml")).read().counts
    assert counts is not None
    assert counts.accepted / 5 == mapping.accepted_ratio


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there is refused and stays as it was."""
    path = tmp_path / "his.toml"
    path.write_text("mine")
    with pytest.raises(OriginError, match="exists already"):
        guessed(order("NEW")).write(path)
    assert path.read_text() == "mine"


def test_no_line_is_no_guess() -> None:
    """Without a usable line nothing is claimed."""
    for lines in [], [b"", b"hello"], [b"[1]"]:
        mapping = guess(lines, now_ns=NOW_NS)
        assert (mapping.is_useful, mapping.accepted_ratio, mapping.usable) == (False, 0, 0)


@pytest.mark.parametrize("system", ["rick", "stock_trader"])
def test_real_orders_are_found_without_their_dialect(
    realdata: Path, tmp_path: Path, system: str
) -> None:
    """What a system's own dialect calls a submitted order, guessing finds in its real logs too."""
    found = 0
    for number, file in enumerate(sorted((realdata / system).rglob("*.jsonl"))):
        mapping = guess(sample_of([file]))
        if "order.submitted" not in mapping.codes.kinds.values():
            continue
        mapping.write(tmp_path / f"{number}.toml")
        own, ours = (
            frame.loc[frame["kind"] == "order.submitted", ["raw_offset", "symbol", "side"]]
            for frame in (
                JsonlSource(file, dialect=dialect).read().frame
                for dialect in (system, str(tmp_path / f"{number}.toml"))
            )
        )
        assert own.astype("str").values.tolist() == ours.astype("str").values.tolist(), file
        found += len(own)
    assert found
