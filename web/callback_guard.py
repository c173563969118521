"""Callback requests are checked before Dash reads them: a malformed one is a 400, never a 500."""

from __future__ import annotations

import logging
import secrets
from typing import Any, Final

import msgspec
from dash import Dash
from flask import Response, request
from werkzeug.exceptions import HTTPException

from web.wire import to_json

LOG = logging.getLogger(__name__)
LONGEST_VALUE: Final = 64 * 1024
LONGEST_ADDRESS: Final = 4 * 1024
BEGINNINGS: Final = {"pathname": "", "search": "?", "hash": "#"}
"""How the parts of an address begin; a path begins with the app's own prefix."""


class MalformedError(ValueError):
    """The body is not what Dash's renderer sends."""


def guard_callbacks(app: Dash) -> None:
    """Check the body of each callback request, and answer errors without a word about insides."""
    endpoint = f"{app.config.routes_pathname_prefix}_dash-update-component"
    suites = f"{app.config.routes_pathname_prefix}_dash-component-suites/"

    @app.server.before_request
    def check() -> Response | None:
        if request.path != endpoint or request.method != "POST":
            return None
        try:
            check_body(request.get_data(), app.callback_map, app.config.requests_pathname_prefix)
        except MalformedError as error:
            return _answer(400, f"malformed callback request: {error}")
        return None

    @app.server.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        return _answer(error.code or 500, error.name)

    @app.server.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        if request.path.startswith(suites):
            return _answer(404, "there is no such file")
        error_id = secrets.token_hex(4)
        LOG.error("request failed, error id %s", error_id, exc_info=error)
        return _answer(500, f"this could not be computed (error id {error_id}; the log says more)")


def check_body(raw: bytes, callbacks: dict[str, Any], prefix: str = "/") -> None:
    """Check the shape of a callback request against the callbacks that exist.

    Args:
        raw: the body as it came.
        callbacks: Dash's callbacks by their output.
        prefix: what the path of every address begins with.

    Raises:
        MalformedError: says what is wrong.
    """
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedError("not JSON") from error
    if not isinstance(body, dict):
        raise MalformedError("not an object")
    callback = callbacks.get(body["output"]) if isinstance(body.get("output"), str) else None
    if callback is None:
        raise MalformedError("there is no such output")
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        raise MalformedError("changedPropIds is not a list of text")
    _check_values("inputs", body.get("inputs", []), callback["inputs"])
    _check_values("state", body.get("state", []), callback["state"])
    _check_addresses(body.get("inputs", []), prefix, may_lack=frozenset({"search", "hash"}))
    _check_addresses(body.get("state", []), prefix, may_lack=frozenset(BEGINNINGS))
    if not callback.get("no_output"):
        _check_outputs(body)


def _check_values(name: str, given: Any, expected: list[dict[str, Any]]) -> None:
    if not isinstance(given, list) or len(given) != len(expected):
        raise MalformedError(f"{name} is not a list of {len(expected)}")
    for item, declared in zip(given, expected, strict=True):
        if isinstance(item, list):  # a pattern that matches many components
            if "{" not in str(declared["id"]):
                raise MalformedError(f"{name} has a list where one value belongs")
            for one in item:
                _check_value(name, one)
            continue
        _check_value(name, item)
        wanted = (declared["id"], declared["property"])
        if "{" not in str(declared["id"]) and (item["id"], item["property"]) != wanted:
            raise MalformedError(f"{name} names another component")


def _check_value(name: str, item: Any) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("property"), str) or "id" not in item:
        raise MalformedError(f"{name} has an item without id and property")
    value = item.get("value")
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        raise MalformedError(f"{item['property']} is too long")


def _check_addresses(items: list[Any], prefix: str, *, may_lack: frozenset[str]) -> None:
    """An address is text, its path begins where the app does, its query with a question mark."""
    for item in items:
        if not isinstance(item, dict) or item["property"] not in BEGINNINGS:
            continue
        value = item.get("value") or None
        begin = BEGINNINGS[item["property"]] or prefix
        if value is None and item["property"] in may_lack:
            continue
        if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
            raise MalformedError(f"{item['property']} is not the text of an address")
        if not value.startswith(begin) or not value.isprintable():
            raise MalformedError(f"{item['property']} is no part of an address")


def _check_outputs(body: dict[str, Any]) -> None:
    outputs = body.get("outputs")
    items = outputs if isinstance(outputs, list) else [outputs]
    multiple = body["output"].startswith("..")
    if multiple != isinstance(outputs, list):
        raise MalformedError("outputs do not fit the output")
    names = []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("property"), str):
            raise MalformedError("outputs have an item without id and property")
        names.append(f"{item.get('id')}.{item['property'].partition('@')[0]}")
    plain = body["output"].strip(".").split("...")
    if "{" not in body["output"] and names != [name.partition("@")[0] for name in plain]:
        raise MalformedError("outputs are not those of the callback")


def _answer(status: int, text: str) -> Response:
    return Response(to_json({"error": text}), status=status, mimetype="application/json")
