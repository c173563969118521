"""Whether an HTTP answer is JSON, and what stands in it, checked as strictly as a line of a log."""

from __future__ import annotations

from typing import Any

from data_sources.http import Answer
from data_sources.lines.strict import BadLineError, parse_line


class BadPayloadError(Exception):
    """The body is not what it should be; the text says what it is instead."""


def check_is_json(answer: Answer) -> None:
    """Refuse an answer that says it is something else than JSON in UTF-8.

    Raises:
        BadPayloadError: naming what it says it is.
    """
    declared = answer.headers.get("content-type", "").lower()
    media, _, parameters = declared.partition(";")
    media = media.strip()
    if media and media != "application/json" and not media.endswith("+json"):
        raise BadPayloadError(f"the answer is {media[:60]!r}, not JSON")
    charset = parameters.partition("charset=")[2].strip(" \"'").partition(";")[0]
    if charset and charset not in ("utf-8", "utf8", "us-ascii"):
        raise BadPayloadError(f"the answer has the charset {charset[:40]!r}; JSON is UTF-8")


def json_value(answer: Answer) -> Any:
    """The body as a value: an object, a list, or anything else that JSON has.

    Raises:
        BadPayloadError: for another type, half a body, NaN, a number beyond 64 bits, a key that
            stands twice in one object, and whatever else a line of a log is set aside for.
    """
    check_is_json(answer)
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    try:
        # A line must be an object, so the body is made the only value of one.
        whole = parse_line(b'{"body":' + body + b"}")
    except BadLineError as e:
        raise BadPayloadError(f"the answer is not JSON that can be used ({e})") from e
    if len(whole) != 1:
        raise BadPayloadError("the answer is more than one JSON value")
    return whole["body"]
