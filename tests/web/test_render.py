"""One rendering for all."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest
from memory_desk import MemoryDesk
from running_server import RunningServer

from web.filters import Filters
from web.page_table import PageContractError, PageTable
from web.render import Renderer, view_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def page_renderer(served: RunningServer, desk: MemoryDesk, clock: Clock) -> Renderer:
    return Renderer(desk, served.app.renderer.pages, clock=clock)


def test_a_version_is_built_once_however_many_ask(served: RunningServer, desk: MemoryDesk) -> None:
    """Fifty threads at once share one building."""
    desk.submit("a")
    renderer = page_renderer(served, desk, Clock())
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: renderer.render("/", Filters()), range(50)))
    assert renderer.counts.renders == 1
    assert all(answer is answers[0] for answer in answers)
    assert json.loads(answers[0].body)["count"] == {"children": "1"}


def test_a_new_version_is_built_again_and_an_equal_one_is_not(
    served: RunningServer, desk: MemoryDesk
) -> None:
    """What is shared is bound to the version of the desk."""
    renderer = page_renderer(served, desk, Clock())
    first = renderer.render("/", Filters())
    assert renderer.render("/", Filters()) is first
    desk.submit("a")
    assert renderer.render("/", Filters()).props["count"] == {"children": "1"}
    assert renderer.counts.renders == 2


def test_a_page_is_not_built_before_its_pace_has_passed(
    served: RunningServer, desk: MemoryDesk
) -> None:
    """A page that asks for ten seconds keeps its picture for ten seconds."""
    clock = Clock()
    renderer = page_renderer(served, desk, clock)
    desk.submit("a")
    assert renderer.render("/paced", Filters()).props["paced-count"]["children"] == "1"
    desk.submit("b")
    clock.now = 9.9
    assert renderer.render("/paced", Filters()).props["paced-count"]["children"] == "1"
    clock.now = 10.0
    assert renderer.render("/paced", Filters()).props["paced-count"]["children"] == "2"


def test_each_set_of_filters_is_its_own_picture(served: RunningServer, desk: MemoryDesk) -> None:
    """The window reaches the page."""
    renderer = page_renderer(served, desk, Clock())
    windows = [renderer.render("/", Filters(name)).props["window"] for name in ("1m", "all")]
    assert windows == [{"children": "1m"}, {"children": "all"}]


def test_every_filter_reaches_the_view(desk: MemoryDesk) -> None:
    """Window, moment, source, account and symbol decide what a page sees."""
    desk.submit("a", ts="2025-01-01T00:00:00", symbol="BTC", account_id="A1")
    desk.submit("b", ts="2025-01-02T00:00:00", symbol="ETH", account_id="A2")

    def ids(**filters: Any) -> list[str]:
        return list(view_of(desk, Filters(**filters)).orders["client_order_id"])

    assert ids(window="all", at="last") == ["a", "b"]
    assert ids(window="all", symbol="BTC") == ["a"]
    assert ids(window="all", account="A2") == ["b"]
    assert ids(window="all", source="nobody") == []
    assert ids(window="all", at=pd.Timestamp("2025-01-01T12:00:00Z")) == ["a"]


def test_a_page_that_fails_says_so_without_its_insides(
    served: RunningServer, desk: MemoryDesk, caplog: pytest.LogCaptureFixture
) -> None:
    """The viewer gets an id; the log has the reason under that id; nothing raises."""
    clock = Clock()
    renderer = page_renderer(served, desk, clock)
    rendered = renderer.render("/failing", Filters())
    assert rendered.problem is not None
    assert "secret" not in rendered.problem
    assert rendered.body == b"{}"
    error_id = rendered.problem.split("error id ")[1][:8]
    assert error_id in caplog.text
    desk.submit("a")
    assert renderer.render("/failing", Filters()) is rendered, "tried again too soon"
    clock.now = 5.0
    assert renderer.render("/failing", Filters()) is not rendered


def test_a_path_gives_its_variables_to_the_page(served: RunningServer, desk: MemoryDesk) -> None:
    """`/order/<order_id>` is one page for all orders."""
    renderer = page_renderer(served, desk, Clock())
    assert renderer.render("/order/x-1", Filters()).props["order-id"] == {"children": "x-1"}


@pytest.mark.parametrize(
    "path", ["/nosuch", "/order", "/order/", "/order/..", "/order/a/b", "/order/a b", "/order/\x00"]
)
def test_a_path_that_no_page_has_is_refused(
    served: RunningServer, desk: MemoryDesk, path: str
) -> None:
    """Paths are matched against the registry, never taken apart by hand."""
    with pytest.raises(KeyError):
        page_renderer(served, desk, Clock()).render(path, Filters())


def test_every_page_gives_the_same_ids_with_and_without_data(
    served: RunningServer, desk: MemoryDesk
) -> None:
    """A live value never appears or vanishes; it only changes."""
    empty = page_renderer(served, desk, Clock())
    before = {path: set(empty.render(path, Filters()).props) for path in ("/", "/paced")}
    desk.submit("a", "b", "c")
    after = {path: set(empty.render(path, Filters("all")).props) for path in ("/", "/paced")}
    assert before == after


@pytest.mark.parametrize("lacks", ["layout", "build", "PACE_SECONDS"])
def test_a_page_that_lacks_a_part_is_named_at_start(
    lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract of pages is checked when the app is made, not when somebody looks."""
    import sys
    import types

    module = types.ModuleType("pages.unfinished")
    parts: dict[str, Any] = {
        "layout": lambda **_: None,
        "build": lambda _view, _filters: {},
        "PACE_SECONDS": 0.0,
    }
    for name, part in parts.items():
        if name != lacks:
            setattr(module, name, part)
    monkeypatch.setitem(sys.modules, "pages.unfinished", module)
    entry = {"module": "pages.unfinished", "path": "/x", "path_template": None, "name": "X"}
    with pytest.raises(PageContractError, match=f"pages.unfinished has no {lacks}"):
        PageTable.from_registry({"pages.unfinished": entry})
