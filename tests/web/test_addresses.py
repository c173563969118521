"""What exists answers, what does not is a 404: Dash alone would say 200 to everything."""

from __future__ import annotations

import pytest
from running_server import RunningServer


@pytest.mark.parametrize("path", ["/", "/paced", "/paced/", "/order/x-1", "/?window=all"])
def test_pages_of_the_registry_are_there(served: RunningServer, path: str) -> None:
    """A page is HTML and 200."""
    with served.client() as client:
        answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/", "/api/nosuch", "/api/frames/x/y", "/api/v0/x", "/runs", "/runs/1/tail"),
        *("/live", "/live/x", "/arena/events", "/ws/dashboard", "/metrics/x", "/status/", "/sse/x"),
        *("/healthz/x", "/docs/nosuch", "/openapi.json/x", "/_live", "/_live/x", "/_dash-nosuch"),
        *("/run/x", "/readyz/", "/_mcp"),
    ],
)
def test_unknown_addresses_of_programs_are_404_in_json(served: RunningServer, path: str) -> None:
    """What is not built answers 404, never with invented data, never with a page."""
    with served.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/nosuch", "/overview", "/index.html", "/order", "/paced/x"])
def test_an_unknown_page_is_a_404_that_a_person_can_read(served: RunningServer, path: str) -> None:
    """The shell comes with it, so that one can go on from there."""
    with served.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "_dash-config" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fapp.py"),
        *("/assets/%2e%2e/settings.py", "/%00", "/order/..%5c..%5cx", "/%252e%252e/x"),
        *("/_dash-component-suites/dash/..%2f..%2fx.py", "/order/%3Cscript%3E", "/docs/..%2fx"),
        "/_dash-component-suites/os/path.py",
    ],
)
def test_a_path_that_climbs_gets_nowhere(served: RunningServer, path: str) -> None:
    """404, no bytes from outside, never a 500."""
    with served.client() as client:
        answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text
    assert "import " not in answer.text


def test_head_is_answered_like_get_without_a_body(served: RunningServer) -> None:
    """What balancers and curl -I ask; a stream has no head to give."""
    with served.client() as client:
        for path in ("/", "/healthz", "/status", "/docs", "/assets/live.js"):
            answer = client.head(path)
            assert (answer.status_code, answer.content) == (200, b""), path
        assert client.head("/nosuch").status_code == 404
        assert client.head("/sse").status_code == 405


def test_the_api_is_described_without_the_internet(served: RunningServer) -> None:
    """Every file of `/docs` is our own, and the description knows the endpoints."""
    with served.client() as client:
        page = client.get("/docs").text
        for name in ("docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"):
            assert name in page
            assert client.get(f"/{name}").status_code == 200
        described = client.get("/openapi.json").json()
    wanted = ("/status", "/sse", "/health", "/healthz", "/readyz", "/api/sources")
    assert set(wanted) <= set(described["paths"])
    assert "/api/frames/{name}" in described["paths"]
    assert not [path for path in described["paths"] if path.startswith(("/_", "/docs"))]
