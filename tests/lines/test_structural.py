"""Braces and quotes inside texts are no structure: such lines are decoded at once as others are."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_sources.dialects.dialect import load_dialect
from data_sources.lines import families as families_module
from data_sources.lines.decode import Decoder
from data_sources.lines.structural import structural
from tests.lines.odd_lines import NOW_NS, Writer
from tests.lines.test_decode_ways import assert_same

AURORA: Final = load_dialect("aurora")
REASONS: Final = {
    "a template": "limit {x%d} hit: {{y}}",
    "an open brace": "limit {%d hit",
    "a closed brace": "limit %d} hit",
    "JSON": '{"why": "WHY_%d", "at": {"edge": 5}}',
    "a path": "C:\\logs\\{%d}\\",
    "a colon first": ":%d",
    "as many as there are": "%d",
}


def line(reason: str, number: int) -> bytes:
    details = {"reason": reason, "status": "cancelled", "qty": number}
    return json.dumps(
        {"event_code": "RISK.DENY", "ts_ns": 1_756_757_303_115_233_280, "details": details}
    ).encode()


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_a_text_with_braces_is_no_new_shape(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """After the first of them 200 reasons, each new, cost one parsed line; none is lost."""
    parsed: list[bytes] = []
    parse = families_module.parse_line
    monkeypatch.setattr(families_module, "parse_line", lambda a: parsed.append(a) or parse(a))
    texts = [
        "{" * (n % 7) + "}" * (n % 5) + str(n) if reason == "%d" else reason % n for n in range(200)
    ]
    data = b"".join(line(text, number) + b"\n" for number, text in enumerate(texts))
    decoder = Decoder(AURORA, small_bytes=0)
    decoder.decode(line("{", 0) + b"\n", NOW_NS)
    parsed.clear()
    strict: list[object] = []
    monkeypatch.setattr(decoder._strict, "decode", lambda *a: strict.append(a))
    columns, bad = decoder.decode(data, NOW_NS)
    assert (len(columns), bad, strict) == (200, [], [])
    assert len(parsed) <= 1
    monkeypatch.undo()
    assert_same(AURORA, data)


def test_lines_with_and_without_braces_in_turn() -> None:
    """What was learned of a log before the first brace is true afterwards, for every class."""
    decoder = Decoder(AURORA, small_bytes=0)
    plain = [line(f"r{number}", number) for number in range(20)]
    odd = [line("{" + str(number), number) for number in range(20)]
    nested = [each.replace(b'"status": "cancelled"', b'"status": {"a": {}}') for each in plain]
    for lines in plain, odd, nested, [*plain, *odd, *nested], plain:
        assert_same(AURORA, b"\n".join(lines) + b"\n", decoder)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_lines_by_exact_outlines(seed: int) -> None:
    """A decoder that has met a brace in a text gives what the strict way gives, bad lines too."""
    decoder = Decoder(AURORA, small_bytes=0)
    decoder.decode(line("{", 1) + b"\n", NOW_NS)
    assert decoder._fast._outliner.exact
    assert_same(AURORA, Writer(seed).block(), decoder)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text('{}":\\a,', max_size=12).map(json.dumps), max_size=5))
@example([r'"\\"', r'"\\\""', '"{"', '":"'])
def test_what_is_structure(texts: list[str]) -> None:
    """Of valid JSON: braces outside texts, and the quotes that end a text before a colon."""
    told = "".join(f'{{"k": {text}, "x":{{}}}}\n' for text in texts)
    part = np.frombuffer(told.encode(), np.uint8)
    quotes = part == ord('"')
    before_colon = quotes & np.append(part[1:] == ord(":"), False)
    places = np.flatnonzero(before_colon | np.isin(part, [*b"{}\n"]))
    found = structural(part, quotes, places)
    expected = []
    start = 0
    for text in texts:
        head, tail = '{"k": ', ', "x":{}}\n'
        own = [0, 3, *(len(head + text) + at for at in (4, 6, 7, 8, 9))]
        expected += [start + at for at in own]
        start += len(head + text + tail)
    assert found.tolist() == expected
