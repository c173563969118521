"""`/status` and `/health` say when what they count is read in part so far."""

from ledger import Ledger
from web.promised.aurora import health, status


def test_numbers_of_a_log_that_is_read_in_part_say_so():
    """While a source catches up, so does every number that counts it; health says so too."""
    rows = [
        {"name": "bot", "state": "ok", "catching_up": True},
        {"name": "other", "state": "ok", "catching_up": False},
    ]
    view = Ledger().view()
    view.sources = rows
    assert [status(view, name)["catching_up"] for name in (None, "bot", "other")] == [
        *(True, True, False)
    ]
    assert health(rows)["catching_up"] is True
    assert health(rows[1:])["catching_up"] is False
