"""Safety states are chosen from (field, value), never from the word alone."""

from __future__ import annotations

import pytest

from components import badges
from components.badges import badge_of, badge_props

EVERY = [(field, value) for field, values in badges._STATES.items() for value in values]


def test_active_is_good_news_for_golive_and_an_alarm_for_ess():
    """The same word has opposite meanings; the field decides."""
    assert badge_of("ess", "ACTIVE").tone == "act"
    assert badge_of("golive", "ACTIVE").tone == "good"


@pytest.mark.parametrize(("field", "value"), EVERY)
def test_every_state_has_glyph_text_and_tone(field, value):
    """Three cues, so that no viewer depends on color; case and spelling do not matter."""
    state = badge_of(field, value.upper().replace("_", "-"))
    assert state == badge_of(field, value)
    assert state.glyph
    assert state.text
    assert state.tone in {"good", "neutral", "warn", "act"}


@pytest.mark.parametrize("field", sorted(badges._STATES))
@pytest.mark.parametrize("value", [None, float("nan"), "", "SOMETHING_NEW", "active "])
def test_what_the_table_does_not_know_is_never_good(field, value):
    """An unknown value stays visible and looks unknown, never green or blue."""
    state = badge_of(field, value)
    if value == "active " and "active" in badges._STATES[field]:
        return
    assert state.tone == "unknown"
    assert state.glyph == "?"


def test_an_unknown_value_is_shown_as_harmless_text():
    """What an origin says reaches the page as one line of text, hidden marks made visible."""
    given = badge_props("b", "ess", "<b>\u202eGREEN</b>\n")["b"]
    assert given == {"children": "? <b>\\u202eGREEN</b>\\u000a", "data-tone": "unknown"}


def test_within_a_field_different_tones_have_different_glyphs():
    """Good and alarming differ in shape, not only in color."""
    for values in badges._STATES.values():
        good = {state.glyph for state in values.values() if state.tone == "good"}
        alarm = {state.glyph for state in values.values() if state.tone == "act"}
        assert not good & alarm
