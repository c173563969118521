"""The funnel of a log with strays: shares stay shares, and the strays are named."""

from __future__ import annotations

from typing import Any

from page_desk import Desk

from tests.ledger.conftest import event_frame
from tests.metrics.test_submitted_fates import LINES
from web.filters import Filters

AT = "2025-09-01T20:10:23Z"


def told(pages: Any, lines: list[dict[str, Any]], path: str = "/orders") -> dict[str, Any]:
    desk = Desk([], AT)
    if lines:
        desk.ledger.fold(event_frame(lines))
    return pages[path].build(desk.view(window_seconds=60.0), Filters())


def test_no_share_is_above_the_whole(pages):
    """Five acknowledgements of two submitted orders: one of the two has one, 50 %."""
    given = told(pages, LINES)
    assert given["funnel-ack-count"]["children"] == "5"
    assert given["funnel-ack-share"]["children"] == "50.0 %"
    assert given["funnel-filled-share"]["children"] == "50.0 %"
    assert given["funnel-orphans-count"]["children"] == "3"
    assert "3 orphans" in given["funnel-note"]["children"]


def test_strays_alone_are_no_share_of_anything(pages):
    """With no submit there is nothing that an acknowledgement could be a share of."""
    given = told(pages, [one for one in LINES if "stray" in str(one["client_order_id"])])
    assert given["funnel-ack-count"]["children"] == "3"
    assert given["funnel-ack-share"]["children"] == "—"


def test_nothing_is_said_of_orphans_where_there_are_none(pages):
    """A clean log has no such note, and a desk that heard nothing none at all."""
    given = told(pages, [one for one in LINES if one["client_order_id"] == "in"])
    assert "orphan" not in given["funnel-note"]["children"]
    assert given["funnel-ack-share"]["children"] == "100.0 %"
    assert told(pages, [])["funnel-note"]["children"] == ""


def test_the_card_of_acknowledgements_says_the_strays_instead_of_a_share(pages):
    """On the overview as well: no 250 % of submitted."""
    assert "3 orphaned" in str(told(pages, LINES, "/")["order-kpis-ack-note"])
    earlier = [one for one in LINES if one["client_order_id"] in ("before", "in")]
    assert "before the window" in str(told(pages, earlier, "/")["order-kpis-ack-note"])
