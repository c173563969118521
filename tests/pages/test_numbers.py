"""Every number of /status that a page shows is there, by name, and is the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from page_desk import PATHS, VARIABLES, components

from formats import MISSING, count, percent
from tests.ledger.conftest import event_frame
from web.filters import Filters
from web.first_paint import fill
from web.promised import aurora


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{name}_{key}" if name else key)
    else:
        yield name, value


def shown(pages: Any, path: str, view: Any) -> dict[str, str]:
    """The text of every element of a page that has a data-metric, outside tables."""
    tree = pages[path].layout()
    fill(tree, pages[path].build(view, Filters()))
    found: dict[str, str] = {}
    for component in components(tree):
        props = component.to_plotly_json()["props"]
        if "data-metric" in props and isinstance(props.get("children"), str):
            found.setdefault(props["data-metric"], props["children"])
    return found


def digits(text: str) -> float | None:
    """The number in a text as formats writes it."""
    plain = text.replace("\u2009", "").replace("−", "-")
    match = re.match(r"-?[\d.]+", plain)
    return None if match is None else float(match[0])


SHARED = {
    "/": [
        *("orders_submitted", "orders_ack", "orders_filled", "orders_denied", "orders_failed"),
        *("pending_pending_orders", "window_events", "governance_alpha_score"),
        *("governance_sprt_final_ratio", "governance_sprt_updates", "governance_alpha_spent"),
        *("latency_order_ack_ms_p50", "latency_order_ack_ms_p90", "latency_order_ack_ms_p99"),
        *("latency_decision_ms_p90", "latency_to_first_fill_ms_p90"),
    ],
    "/orders": [
        *("orders_submitted", "orders_ack", "orders_filled", "orders_partially_filled"),
        *("orders_cancelled", "orders_expired", "orders_denied", "orders_failed"),
        *("orders_skipped", "orders_orphans", "orders_closes_submitted", "orders_closes_ack"),
        *("routes_maker", "routes_taker", "routes_deny", "routes_cancel"),
        "pending_pending_orders",
    ],
    "/latency": [
        f"latency_{stage}_ms_{quantile}"
        for stage in ("decision", "order_ack", "to_first_fill")
        for quantile in ("p50", "p90", "p99")
    ],
    "/quality": ["window_events"],
    "/sessions": ["window_events"],
    **{path: ["window_events"] for path in VARIABLES},
}


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_the_numbers_of_the_status(pages, path, minute):
    """Page and /status are the same measurement, to the digits that the page shows."""
    view = minute.view()
    truth = dict(leaves(aurora.status(view)))
    texts = shown(pages, path, view)
    for name in SHARED[path]:
        value = truth[name]
        if value is None:
            assert texts[name] == MISSING, name
        else:
            assert digits(texts[name]) == pytest.approx(value, rel=0.006, abs=0.006), name


def test_every_metric_of_a_page_that_looks_like_one_of_the_status_is_one(pages, minute):
    """A name in data-metric with the root of a /status room exists there, spelled the same."""
    truth = {name for name, _ in leaves(aurora.status(minute.view()))}
    rooms = ("orders_", "routes_", "latency_", "governance_", "pending_", "circuit_breaker_")
    for path in PATHS:
        for name in shown(pages, path, minute.view()):
            if name.startswith(rooms):
                assert name in truth, name


def test_ratios_are_shown_in_percent(pages, minute):
    """Ratios are 0–1 in /status and percent on the page."""
    view = minute.view()
    truth = dict(leaves(aurora.status(view)))
    texts = shown(pages, "/", view)
    for name in ("fill_ratio", "deny_ratio", "taker_ratio"):
        assert texts[name] == percent(truth[name])


def test_what_the_bot_says_of_a_test_and_what_its_bounds_say_are_named_apart(pages, nothing):
    """A ratio below its bound whose bot goes on: each word with the one who says it."""
    test = {"ts_event": nothing.at.value, "kind": "governance.sprt", "code": "SPRT.CONTINUE"}
    details = json.dumps({"boundaries": {"A": 2.77, "B": -1.56}})
    told = {**test, "value": -2.5, "decision": "continue", "attributes": details}
    nothing.ledger.fold(event_frame([told]))
    given = pages["/"].build(nothing.view(), Filters())
    note = given["risk-sprt-note"]["children"]
    assert note == "by −1.56 … 2.77: reject (H0) · bot: continue"
    assert given["risk-sprt-meter"]["aria-valuetext"] == f"−2.50. {note}"
    assert given["risk-verdict"]["children"] == "continue (SPRT)"


def test_a_desk_that_never_heard_an_event_shows_no_zero(pages, nothing):
    """A count of nothing is missing, not 0."""
    texts = shown(pages, "/", nothing.view())
    assert texts["orders_submitted"] == MISSING
    assert texts["fill_ratio"] == MISSING
    assert shown(pages, "/orders", nothing.view())["orders_denied"] == MISSING


def test_why_codes_are_those_of_the_status(pages, minute, filters):
    """The table's counts are the promised ones, the greatest first."""
    view = minute.view()
    truth = aurora.status(view)["xai"]["why_code_counts"]
    rows = json.loads(pages["/orders"].build(view, filters)["why-codes-rows"]["data-rows"])
    assert rows
    for row in rows:
        assert row["cells"][2] == count(truth[row["data"]["code"]])
    counts = [truth[row["data"]["code"]] for row in rows]
    assert counts == sorted(truth.values(), reverse=True)[: len(counts)]


def test_the_lines_of_every_source_add_up_on_the_page(pages, minute, filters):
    """Lines in = accepted + set aside + duplicates + blank, as the table shows it."""
    given = pages["/quality"].build(minute.view(), filters)
    row = json.loads(given["line-accounts-rows"]["data-rows"])[0]
    lines_in, *parts = (digits(cell) for cell in row["cells"][1:6])
    assert lines_in == sum(parts)
    assert row["cells"][6] == "0"
    assert digits(row["cells"][3]) > 0
    heads = json.loads(given["quarantine-lines-rows"]["data-rows"])
    assert len(heads) == min(25, len(minute.quarantined))


def test_the_order_in_the_address_is_the_one_whose_life_is_shown(pages, minute):
    """Its stages end with its whole life; an order that is not there is said to be not there."""
    view = minute.view()
    filled = view.orders[view.orders["status"] == "filled"].iloc[-1]
    name = filled["client_order_id"]
    given = pages["/orders"].build(view, Filters(order=name))
    assert given["waterfall-name"]["children"] == name
    assert given["waterfall-head"]["hidden"] is False
    assert len(given["waterfall-rows"]["children"]) == 4
    ended = json.loads(given["recent-orders-rows"]["data-rows"])
    chosen = [row for row in ended if row.get("selected")]
    assert [row["cells"][0]["text"] for row in chosen] in ([name], [])
    lost = pages["/orders"].build(view, Filters(order="nobody"))
    assert "nobody is not in this window" in lost["waterfall-none"]["children"]
    assert lost["waterfall-rows"]["children"] == []


def test_intervals_and_n_stand_beside_their_numbers(pages, minute):
    """A percentile comes with its 95 % interval and n."""
    view = minute.view()
    truth = aurora.status(view)["latency"]
    given = pages["/latency"].build(view, Filters())
    assert given["latency-order-ack-n"]["children"].startswith(f"n = {count(truth['order_ack_n'])}")
    low, high = truth["order_ack_ms_p50_ci"]
    text = given["latency-order-ack-p50-ci"]["children"]
    assert digits(text.strip("[")) == pytest.approx(low, rel=0.006)
    assert digits(text.strip("[]").split("–")[1]) == pytest.approx(high, rel=0.006)
