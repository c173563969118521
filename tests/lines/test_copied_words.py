"""Words that are only copied cost no learning, and change no answer."""

from __future__ import annotations

import json
import random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.dialects.dialect import Dialect, built_in, load_dialect
from data_sources.dialects.key_path import KeyPath
from data_sources.lines import classifier as classifier_module
from data_sources.lines import families as families_module
from data_sources.lines.classifier import Classifier
from data_sources.lines.classify import class_paths, classify, conditions_of, record_of
from data_sources.lines.decode import Decoder
from tests.lines.odd_lines import NOW_NS, WORDS
from tests.lines.test_decode_ways import assert_same

AURORA: Final = load_dialect("aurora")
KNOWING: Final = {name: Classifier(load_dialect(name)) for name in built_in()}
DECODERS: Final = {
    name: Decoder(load_dialect(name), small_bytes=0)
    for name in built_in()
    if load_dialect(name).saved is None
}
"""Each reads many blocks, as in a source that runs for days."""


class Speaker:
    """Writes records out of the words that a dialect looks for, and of words never seen."""

    def __init__(self, dialect: Dialect, rng: random.Random) -> None:
        self.rng = rng
        self.codes = [path for path in dialect.code if not path.in_details]
        self.paths = [path for path in class_paths(dialect) if path not in self.codes]
        self.words, self.events = ["X"], ["X"]
        for condition in conditions_of(dialect):
            for test in condition.tests:
                patterns = [p.pattern[4:-3].replace("\\", "") for p in test.patterns]
                texts = [w for w in test.wanted if not str(w).startswith("@")]
                texts += [pattern.replace(".*", ".MORE") for pattern in patterns]
                (self.events if test.name == "code" else self.words).extend(texts)

    def word(self) -> Any:
        choice = self.rng.random()
        if choice < 0.4:
            return self.rng.choice(self.words)
        if choice < 0.6:
            return f"{self.rng.random()} bps, of {self.rng.randrange(100)}"
        if choice < 0.7:
            return self.rng.choice(WORDS)
        return self.rng.choice([1, 0.5, -0.0, True, None, [], {}, "", ["a", 1], -2019, [{}]])

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = {"details": {}}
        for path in self.rng.sample(self.codes, min(len(self.codes), self.rng.choice([1, 1, 2]))):
            self.put(record, path)
            if self.rng.random() < 0.7:
                record[path.keys[0]] = str(self.rng.choice(self.events)).upper()
        for path in self.rng.sample(self.paths, min(len(self.paths), self.rng.randrange(7))):
            self.put(record, path)
        return record

    def put(self, record: dict[str, Any], path: KeyPath) -> None:
        place: Any = record["details"] if path.in_details else record
        keys = path.keys
        for key in keys[:-1]:
            place = place.setdefault(key, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict):
            place[keys[-1]] = [self.word()] if len(keys) < len(path.steps) else self.word()


@pytest.mark.parametrize("name", built_in())
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_remembered_is_what_the_rules_say(name: str, seed: int) -> None:
    """A class found by likeness is the class that all rules give, in every dialect."""
    dialect = load_dialect(name)
    speaker = Speaker(dialect, random.Random(seed))
    for _ in range(5):
        first, second = speaker.record(), speaker.record()
        for fields in first, first | second:
            record = record_of(fields, dialect)
            assert KNOWING[name](record) == classify(record, dialect)[0]


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_words_are_read_the_same_in_both_ways(name: str, seed: int) -> None:
    """Lines of one shape with words without end: the fast way gives what the strict way gives."""
    rng = random.Random(seed)
    speaker = Speaker(load_dialect(name), rng)
    lines = []
    for _ in range(3):
        record = speaker.record()
        for _ in range(4):
            told = _with_other_words(record, speaker)
            lines.append(json.dumps(told, ensure_ascii=rng.random() < 0.5).encode())
    assert_same(load_dialect(name), b"\n".join(lines) + b"\n", DECODERS[name])


def _with_other_words(value: Any, speaker: Speaker) -> Any:
    """The same keys, and texts that may be others."""
    if isinstance(value, dict):
        return {key: _with_other_words(inner, speaker) for key, inner in value.items()}
    return speaker.word() if isinstance(value, str) and speaker.rng.random() < 0.6 else value


DENIALS: Final = {
    "a text": '"edge %d bps below 5"',
    "escapes": '"said \\"%d\\" to café"',
    "a number": "-%d",
    "a list": '["EDGE %d", "x"]',
}


@pytest.mark.parametrize("reason", DENIALS.values(), ids=DENIALS)
@pytest.mark.parametrize("code", ["RISK.DENY", "ROUTE_DECISION", "ORDER.STATUS", "MY.OWN.%d"])
def test_a_new_word_is_not_a_new_shape(
    monkeypatch: pytest.MonkeyPatch, reason: str, code: str
) -> None:
    """However many reasons and codes a log invents, few lines are parsed and looked at by rules."""
    parsed, ruled = [], []
    parse, rule = families_module.parse_line, classifier_module.classify
    monkeypatch.setattr(families_module, "parse_line", lambda a: parsed.append(a) or parse(a))
    monkeypatch.setattr(classifier_module, "classify", lambda *a: ruled.append(a) or rule(*a))
    key = "reasons" if reason.startswith("[") else "reason"
    lines = []
    for number in range(200):
        told = reason % number
        event = code % number if "%" in code else code
        lines.append(
            f'{{"event_code":"{event}","ts_ns":1756757303115233280,'
            f'"details":{{"{key}":{told},"status":"cancelled","qty":{number}}}}}\n'
        )
    columns, bad = Decoder(AURORA, small_bytes=0).decode("".join(lines).encode(), NOW_NS)
    assert (len(columns), bad) == (200, [])
    assert len(parsed) <= 2
    assert len(ruled) <= 2
    assert_same(AURORA, "".join(lines).encode())


def test_the_key_that_gave_the_code_is_no_reason() -> None:
    """Records with the same keys and the same code differ when another key gave the code."""
    knowing = Classifier(AURORA)
    for told in 5, "RISK.DENY", "", ["RISK.DENY"], "RISK.DENY":
        record = record_of({"type": told, "code": "RISK.DENY", "details": {}}, AURORA)
        assert knowing(record) == classify(record, AURORA)[0]
    assert len(knowing._recipes) == 2
