"""Addresses that a person mistyped: the page says what is wrong and leads back."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from running_server import RunningServer
from test_callback_guard import ROUTER, post


def shown(served: RunningServer, path: str, query: str = "") -> tuple[str, list[str]]:
    """The words of the page and the addresses of its links, as the browser gets them."""
    body = copy.deepcopy(ROUTER)
    body["inputs"][0]["value"], body["inputs"][1]["value"] = path, query
    page = post(served, json.dumps(body)).json()["response"]["_pages_content"]["children"]
    words: list[str] = []
    links: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, str):
            words.append(node)
        elif isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            props = node["props"]
            links.extend([props["href"]] if "href" in props else [])
            walk(props.get("children"))

    walk(page)
    return " ".join(words), links


@pytest.mark.parametrize("path", ["/nopage", "/not-found", "/orders/17/x", "/nopage/"])
def test_a_page_that_is_not_there_says_so_and_leads_back(served: RunningServer, path: str) -> None:
    """404 by HTTP, and in the browser a sentence and the overview."""
    with served.client() as client:
        assert client.get(path).status_code == 404
    words, links = shown(served, path)
    assert "There is no page at this address" in words
    assert links == ["/"]


@pytest.mark.parametrize(
    ("path", "query", "told", "links"),
    [
        ("/", "?window=7q", "“window” was “7q”", ["/"]),
        ("/paced", "?window=7q", "1m 5m 15m 1h 6h all", ["/paced", "/"]),
        ("/paced", "?at=yesterday", "“at” was “yesterday”", ["/paced", "/"]),
        ("/paced", "?window=60", "“window” was “60”", ["/paced", "/"]),
        ("/", "?window=7h&at=foo", "“window” was “7h”", ["/"]),
        ("/", "?window=7h&at=foo", "“at” was “foo”", ["/"]),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(
    served: RunningServer, path: str, query: str, told: str, links: list[str]
) -> None:
    """Which filter, what it was, what is allowed, and the same page without filters."""
    words, found = shown(served, path, query)
    assert "This address cannot be shown" in words
    assert told in words
    assert "Allowed: " in words
    assert found == links


def test_programs_are_still_told_in_json(served: RunningServer) -> None:
    """What a program asks wrongly is answered as before."""
    with served.client() as client:
        for address, status in (("/status?window=7q", 422), ("/api/nosuch", 404)):
            answer = client.get(address, headers={"Accept": "text/html"})
            assert answer.status_code == status
            assert answer.json()["error"]
        answer = client.get("/status?window=7q&at=foo&nosuch=1")
        assert (answer.status_code, answer.json()["parameter"]) == (422, "nosuch")
        named = [one["parameter"] for one in answer.json()["parameters"]]
        assert named == ["nosuch", "window", "at"]
        for said in ("nosuch was", "window was", "at was"):
            assert said in answer.json()["error"]
        for query, wrong in (
            ("source=nobody&account=nobody", ["source", "account"]),
            ("window=bad&source=nobody&account=nobody", ["window", "source", "account"]),
            (f"account={'x' * 129}&source=nobody", ["account", "source"]),
            ("source=&account=&window=7q&at=foo", ["window", "at"]),
        ):
            several = client.get(f"/status?{query}").json()
            assert [one["parameter"] for one in several["parameters"]] == wrong
