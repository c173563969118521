"""Each rule for a single line, by the word that its quarantine count carries."""

from __future__ import annotations

import json

import pytest

from data_sources.lines.strict import REASONS, BadLineError, parse_line


def nested(depth: int) -> bytes:
    return b'{"x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def keys(n: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1' % i for i in range(n)) + b"}"


GOOD = {
    "empty object": b"{}",
    "blanks around": b'  {"a": 1}\t',
    "escapes": rb'{"a": "\u0041\n\"\\\/"}',
    "surrogate pair": rb'{"a": "\ud83d\ude00"}',
    "raw emoji": '{"a": "😀"}'.encode(),
    "line separator": '{"a": "x\u2028y"}'.encode(),
    "next line": '{"a": "x\x85y"}'.encode(),
    "vertical tab": b'{"a": "x\x0by"}',
    "file separator": b'{"a": "x\x1cy"}',
    "largest integer": b'{"a": 9223372036854775807}',
    "smallest integer": b'{"a": -9223372036854775808}',
    "beyond 2**53": b'{"a": 9007199254740993}',
    "minus zero": b'{"a": -0}',
    "tiny": b'{"a": 1e-999}',
    "large exponent": b'{"a": 1e308}',
    "long fraction": b'{"a": 0.00012345678901234567890123}',
    "depth 64": nested(64),
    "512 keys": keys(512),
    "string of 64 KiB": b'{"a": "' + b"y" * 65_536 + b'"}',
    "same key in two objects": b'{"a": {"x": 1}, "b": {"x": 2}, "x": 3}',
    "array of objects": b'{"a": [{"x": 1}, {"x": 2}]}',
    "null": b'{"a": null}',
    "NaN as text": b'{"a": "NaN"}',
    "huge number as text": b'{"a": "99999999999999999999999"}',
}

BAD = {
    "truncated": (b'{"a": 1', "malformed"),
    "trailing comma": (b'{"a": 1,}', "malformed"),
    "trailing comma in array": (b'{"a": [1,]}', "malformed"),
    "two objects": (b'{"a": 1}{"a": 2}', "malformed"),
    "two objects apart": (b'{"a": 1} {"a": 2}', "malformed"),
    "plain text": (b"Traceback (most recent call last):", "malformed"),
    "single quotes": (b"{'a': 1}", "malformed"),
    "no quotes": (b"{a: 1}", "malformed"),
    "comment": (b'{"a": 1} // x', "malformed"),
    "leading zero": (b'{"a": 01}', "malformed"),
    "plus sign": (b'{"a": +1}', "malformed"),
    "bare dot": (b'{"a": 1.}', "malformed"),
    "dot first": (b'{"a": .5}', "malformed"),
    "hex": (b'{"a": 0x10}', "malformed"),
    "True": (b'{"a": True}', "malformed"),
    "bad escape": (rb'{"a": "\x41"}', "malformed"),
    "half escape": (rb'{"a": "\u12"}', "malformed"),
    "open string": (b'{"a": "x}', "malformed"),
    "array": (b"[1, 2]", "not_object"),
    "number": (b"17", "not_object"),
    "null alone": (b"null", "not_object"),
    "true alone": (b"true", "not_object"),
    "string alone": (b'"text"', "not_object"),
    "NaN": (b'{"a": NaN}', "non_finite"),
    "Infinity": (b'{"a": Infinity}', "non_finite"),
    "minus Infinity": (b'{"a": -Infinity}', "non_finite"),
    "1e999": (b'{"a": 1e999}', "non_finite"),
    "minus 1e999 inside": (b'{"a": [{"b": -1e999}]}', "non_finite"),
    "2**63": (b'{"a": 9223372036854775808}', "int_range"),
    "minus 2**63 - 1": (b'{"a": -9223372036854775809}', "int_range"),
    "2**64": (b'{"a": 18446744073709551616}', "int_range"),
    "5,000 digits": (b'{"a": ' + b"9" * 5_000 + b"}", "int_range"),
    "depth 65": (nested(65), "depth"),
    "depth 100,000": (nested(100_000), "depth"),
    "objects 65 deep": (b'{"a":' * 65 + b"1" + b"}" * 65, "depth"),
    "513 keys": (keys(513), "keys"),
    "10,000 keys": (keys(10_000), "keys"),
    "long string": (b'{"a": "' + b"y" * 65_537 + b'"}', "strlen"),
    "1 MB string": (b'{"a": "' + b"y" * 1_000_000 + b'"}', "strlen"),
    "long key": (b'{"' + b"k" * 65_537 + b'": 1}', "strlen"),
    "twice": (b'{"side": "BUY", "side": "SELL"}', "dup_key"),
    "twice inside": (b'{"d": {"x": 1, "x": 1}}', "dup_key"),
    "twice by an escape": (rb'{"side": "BUY", "s\u0069de": "SELL"}', "dup_key"),
    "lone surrogate": (rb'{"a": "\ud800"}', "surrogate"),
    "surrogates reversed": (rb'{"a": "\ude00\ud83d"}', "surrogate"),
    "surrogate in a key": (rb'{"\udfff": 1}', "surrogate"),
    "not UTF-8": (b'{"a": "\xff\xfe"}', "utf8"),
    "half a character": (b'{"a": "\xc3"}', "utf8"),
    "overlong": (b'{"a": "\xc0\xaf"}', "utf8"),
    "surrogate as UTF-8": (b'{"a": "\xed\xa0\x80"}', "utf8"),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', "bom_midfile"),
    "NUL": (b'{"a": "x\0y"}', "nul"),
    "NULs alone": (b"\0\0\0", "nul"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_line_is_taken(name: str) -> None:
    """What RFC 8259 allows within our limits is taken, with the values that json.loads gives."""
    line = GOOD[name]
    assert parse_line(line) == json.loads(line, strict=False)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_says_why(name: str) -> None:
    """Each kind of bad line has its own reason."""
    line, reason = BAD[name]
    with pytest.raises(BadLineError) as caught:
        parse_line(line)
    assert caught.value.reason == reason
    assert reason in REASONS


def test_integers_are_exact() -> None:
    """An integer beyond what a float holds keeps every digit."""
    assert parse_line(b'{"a": 9007199254740993}') == {"a": 2**53 + 1}
