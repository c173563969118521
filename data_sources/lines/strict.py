"""Parses one line with every check there is, and says by one word what is wrong with it."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 64
MAX_KEYS: Final = 512
MAX_STRING: Final = 65_536
INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1
BOM: Final = b"\xef\xbb\xbf"

REASONS: Final = (
    "utf8",
    "surrogate",
    "bom_midfile",
    "malformed",
    "not_object",
    "non_finite",
    "int_range",
    "depth",
    "keys",
    "strlen",
    "dup_key",
    "future_ts",
    "bad_ts",
    "oversize",
    "nul",
)
"""Why a line may be set aside."""


class BadLineError(Exception):
    """The line cannot be taken; *reason* is one of `REASONS`, *detail* says it for a person."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def parse_line(line: bytes) -> dict[str, Any]:
    """Parse a line (without its newline) that must hold exactly one JSON object.

    Control characters inside strings are let through, as they split nothing and harm nobody.

    Raises:
        BadLineError: with the reason.
    """
    if line.startswith(BOM):
        raise BadLineError("bom_midfile", "a byte order mark inside the file")
    if b"\0" in line:
        raise BadLineError("nul", "a NUL byte")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as e:
        raise BadLineError("utf8", f"byte {e.start} is not UTF-8") from None
    try:
        value = _PARSER.decode(text)
    except json.JSONDecodeError as e:
        raise BadLineError("malformed", f"{e.msg} at character {e.pos}") from None
    except RecursionError:
        raise BadLineError("depth", f"nested deeper than {MAX_DEPTH}") from None
    if not isinstance(value, dict):
        raise BadLineError("not_object", f"a JSON {type(value).__name__}, not an object")
    _check_inside(value, "\\u" in text)
    return value


def parse_value(value: bytes) -> Any:
    """Parse a single value as `parse_line` would, without looking inside it.

    Raises:
        BadLineError: with the reason.
    """
    try:
        return _PARSER.decode(value.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as e:
        raise BadLineError("malformed", str(e)) from None


def _check_inside(value: Any, escapes: bool) -> None:
    """Depth, string lengths and lone surrogates, without recursion."""
    stack = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, str):
            _check_string(item, escapes)
            continue
        if depth > MAX_DEPTH:
            raise BadLineError("depth", f"nested deeper than {MAX_DEPTH}")
        children: Any = item
        if isinstance(item, dict):
            for key in item:
                _check_string(key, escapes)
            children = item.values()
        stack.extend((child, depth + 1) for child in children if isinstance(child, _NESTED))


_NESTED = (str, dict, list)


def _check_string(text: str, escapes: bool) -> None:
    if len(text) > MAX_STRING:
        raise BadLineError("strlen", f"a string of {len(text)} characters")
    if escapes:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadLineError("surrogate", "half of a surrogate pair") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise BadLineError("keys", f"an object of {len(pairs)} keys")
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadLineError("dup_key", f"the key {twice[:80]!r} stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) <= 20 and INT64_MIN <= (number := int(digits)) <= INT64_MAX:
        return number
    raise BadLineError("int_range", f"an integer of {len(digits)} digits does not fit 64 bits")


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadLineError("non_finite", f"{digits[:40]} is beyond what a number can hold")
    return number


def _constant(name: str) -> NoReturn:
    raise BadLineError("non_finite", f"{name} is no JSON number")


_PARSER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
    strict=False,
)
