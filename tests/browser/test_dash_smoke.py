"""Smoke tests with dash[testing]: the real pages under Dash's own server, the Interval way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aurora_log import AuroraLog, history

from data_sources.jsonl import JsonlSource
from desk.desk import Desk
from desk.origin import origin
from metrics.orders import order_counts
from web.application import Application, create_app

pytestmark = [
    pytest.mark.browser,
    # Dash's runner ends its server by killing its threads, requests in hand or not.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]

PAGES = [("/", "Overview"), ("/orders", "Orders"), ("/latency", "Latency"), ("/quality", "Quality")]
PAGES += [("/sessions", "Sessions")]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> AuroraLog:
    log = AuroraLog(tmp_path_factory.mktemp("smoke"))
    log.write(*history(60, 120.0))
    return log


@pytest.fixture(scope="module")
def application(log: AuroraLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One app for the module: Dash's registries are the process's own."""
    source = JsonlSource(str(log.file.parent.parent), dialect="aurora", name="aurora")
    desk = Desk([origin("aurora", source)], state_dir=tmp_path_factory.mktemp("state"))
    app = create_app(desk, live="interval")
    desk.start()
    yield app
    desk.stop()


def test_every_page_renders_with_its_numbers(dash_duo: Any, application: Application) -> None:
    """Each page stands, its number of events is there, and the console is silent."""
    dash_duo.start_server(application.dash)
    for path, heading in PAGES:
        dash_duo.driver.get(dash_duo.server_url + path)
        dash_duo.wait_for_text_to_equal("h1", heading, timeout=20)
        dash_duo.wait_for_text_to_equal("#connection", "polling", timeout=20)
        shown = dash_duo.find_element('[data-metric="window_events"]').text
        assert int(shown.replace("\u2009", "")) > 0
        assert dash_duo.get_logs() == []


def test_an_order_in_the_log_changes_the_number(
    dash_duo: Any, application: Application, log: AuroraLog
) -> None:
    """From a line in a file to a card on the page, with nothing but a dcc.Interval between."""
    before = application.desk.view().measure(order_counts).submitted
    dash_duo.start_server(application.dash)
    dash_duo.wait_for_text_to_equal("#order-kpis-submitted-value", str(before), timeout=20)
    log.submit("smoke-1", "smoke-2")
    dash_duo.wait_for_text_to_equal("#order-kpis-submitted-value", str(before + 2), timeout=20)
    assert dash_duo.get_logs() == []
