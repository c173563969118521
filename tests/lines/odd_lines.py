"""Lines at random: good ones in many shapes, and every kind of bad one."""

from __future__ import annotations

import json
import random
from typing import Any

NOW_NS = 1_795_300_000_000_000_000

WORDS = [
    "BUY",
    "sell",
    "LONG",
    "open",
    "maker",
    "taker",
    "deny",
    "skip_open",
    "NO_OP",
    "EXECUTE",
    "immediate",
    "pending",
    "WHY_NEGATIVE_EDGE",
    "-2019",
    "PENDING",
    "ACK",
    "CLOSED",
    "AURORA",
    "",
    " ",
    "a b",
    'q"uote',
    "{",
    "}",
    "[x]",
    "{}",
    '{"side": "BUY"}',
    "back\\slash",
    "naïve",
    "\u2028",
    "\x85",
    "😀",
    "x : y",
    'he said "a": 1',
    "1e999",
    "12345678901234567890123",
]
NUMBERS = [0, 1, -1, 2**53 + 1, 0.1, 1e-8, 1e300, 1e16, 12345678.9, 2**63 - 1, -(2**63), -0.5]
CODES = [
    "ORDER.SUBMIT",
    "ORDER.ACK",
    "ORDER_FILL",
    "ORDER.PARTIAL",
    "RISK.DENY",
    "RISK.DENY.CVAR",
    "ROUTE_DECISION",
    "POLICY.DECISION",
    "SLA.CHECK",
    "SLA.DENY",
    "SPRT.CONTINUE",
    "AURORA.HALT",
    "ALPHA.LEDGER.UPDATE",
    "ORDER.STATUS(SIM)",
    "HEALTH.ERROR",
    "X",
    "order.cancel.ack",
    "é",
]
TIMES = [
    1756757303115233280,
    1756757303115,
    1756757303,
    1756757303.25,
    "2025-09-01T20:08:23Z",
    "2025-09-01 20:08:23.123456789",
    "1756757303115",
    None,
    "yesterday",
    12,
    True,
    4e18,
    [],
    "",
    99999999999999,
    "2099-01-01T00:00:00Z",
    -5,
    2**63 - 1,
]
TIMES += 3 * TIMES[:5]
FIELDS = {
    **dict.fromkeys(["event_code", "event", "type", "code"], CODES),
    **dict.fromkeys(["ts_ns", "ts_ms", "ts", "timestamp", "ts_server"], TIMES),
    **dict.fromkeys(["action", "status", "lifecycle_state", "reason_class", "liquidity"], WORDS),
    **dict.fromkeys(["run_id", "symbol", "side", "cid", "oid", "price", "qty", "order_type"]),
    **dict.fromkeys(["reason_code", "deny_reason", "final_status", "error_msg", "order_id", "seq"]),
    "a_key_that_is_longer_than_a_word": None,
}
DETAILS = {
    **dict.fromkeys(["route", "decision", "fill_type", "status", "phase", "why_code"], WORDS),
    **dict.fromkeys(["why", "reason", "reasons", "close", "client_oid", "order_id", "intent_id"]),
    **dict.fromkeys(["qty", "px", "fill_qty", "decision_ms", "latency_ms", "llr", "until", "msg"]),
    **dict.fromkeys(["spent_total", "symbol", "side", "scores", "another_long_key_of_details"]),
}


class Writer:
    """Writes lines as bots do, and as nobody should."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def value(self, depth: int = 0) -> Any:
        choice = self.rng.random()
        if choice < 0.4:
            return self.rng.choice(WORDS)
        if choice < 0.7:
            return self.rng.choice(NUMBERS)
        if choice < 0.8:
            return self.rng.choice([True, False, None])
        if choice < 0.9 or depth > 2:
            return "".join(self.rng.choices('ab"\\{}[]: ,1é\n', k=self.rng.randrange(6)))
        inner = [self.value(depth + 1) for _ in range(self.rng.randrange(3))]
        keys = self.rng.sample(["a", "b", "side", "x"], len(inner))
        return inner if self.rng.random() < 0.5 else dict(zip(keys, inner, strict=True))

    def table(self, choices: dict[str, list[Any] | None], most: int) -> dict[str, Any]:
        keys = self.rng.sample(list(choices), self.rng.randrange(most))
        found = {}
        for key in keys:
            known = choices[key]
            plain = known is not None and self.rng.random() < 0.9
            found[key] = self.rng.choice(known) if known and plain else self.value()
        return found

    def record(self) -> dict[str, Any]:
        record = self.table(FIELDS, 9)
        shape = self.rng.randrange(10)
        if shape < 6:
            record["details"] = self.table(DETAILS, 7)
        elif shape == 6:
            record["ctx"] = self.table(DETAILS, 7)
        elif shape == 7:
            record["payload"] = self.table(DETAILS, 5) | self.table(FIELDS, 5)
        elif shape == 8:
            record["details"] = self.value()
        keys = self.rng.sample(list(record), len(record))
        return {key: record[key] for key in keys}

    def line(self) -> bytes:
        kind = self.rng.randrange(16)
        if kind == 0:
            return self.rng.choice(BAD_LINES)
        separators = self.rng.choice([(", ", ": "), (",", ":")])
        ascii_only = self.rng.random() < 0.5
        text = json.dumps(self.record(), separators=separators, ensure_ascii=ascii_only)
        line = text.encode("utf-8", "surrogatepass")
        if kind == 1:
            line = line.replace(b'"side"', b'"symbol"').replace(b'"oid"', b'"cid"')
        elif kind == 2:
            at = self.rng.randrange(len(line))
            line = line[:at] + self.rng.randbytes(2).replace(b"\n", b" ") + line[at:]
        elif kind == 3:
            line = line.replace(b'":', b'" :', 1)
        elif kind == 4:
            line = b" " + line + b" "
        return line + self.rng.choice([b"", b"", b"", b"\r"])

    def block(self) -> bytes:
        """A few lines, each perhaps repeated, so that known shapes are met again."""
        lines = [self.line() for _ in range(self.rng.randint(1, 8))]
        return b"\n".join(self.rng.choices(lines, k=self.rng.randint(1, 12))) + b"\n"


BAD_LINES = [
    b"",
    b"   ",
    b"\r",
    b"{",
    b"{}",
    b"[]",
    b"null",
    b"1",
    b'"text"',
    b'{"ts_ns":1756757303115233280}{"ts_ns":1756757303115233280}',
    b'{"ts_ns": 1756757303115233280,}',
    b'{"side":"BUY","side":"SELL"}',
    b'{"details":{"qty":1,"qty":2}}',
    b'{"side":"BUY","s\\u0069de":"SELL"}',
    b'{"s\\u0069de":"SELL"}',
    b'{"side" : "BUY","side":"SELL"}',
    b'{"qty":NaN}',
    b'{"qty":Infinity}',
    b'{"qty":1e999}',
    b'{"x":-1e999}',
    b'{"x":1E+400}',
    b'{"x":[1e400]}',
    b'{"x":1e308}',
    b'{"x":0.00012345678901234567890123}',
    b'{"cid":9007199254740993}',
    b'{"cid":9223372036854775807}',
    b'{"cid":9223372036854775808}',
    b'{"x":[-9223372036854775809]}',
    b'{"x":18446744073709551616}',
    b'{"x":' + b"9" * 5000 + b"}",
    b'{"x":"' + b"9" * 500 + b'"}',
    b'{"x":' + b"[" * 70 + b"]" * 70 + b"}",
    b'{"x":' + b"[" * 60 + b"]" * 60 + b"}",
    b'{"x":' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}",
    b'{"x":' + b"[" * 3000 + b"]" * 3000 + b"}",
    b"{" + b",".join(b'"k%d":1' % i for i in range(600)) + b"}",
    b"{" + b",".join(b'"k%d":1' % i for i in range(500)) + b"}",
    b'{"x":"' + b"y" * 70_000 + b'"}',
    b'{"symbol":"' + b"y" * 2_000 + b'"}',
    b'{"symbol":"' + b"y" * 1_999 + b'z"}',
    b'{"x":"\\ud800"}',
    b'{"x":"\xff"}',
    b'{"x":"\xed\xa0\x80"}',
    b'\xef\xbb\xbf{"x":1}',
    b'{"x":"a\x00b"}',
    b'{"x":"a\x0bb"}',
    b'{"details":{"msg":"a\tb"}}',
    b"plain text: with a colon",
    b'{"event_code":"ORDER.ACK","details":null}',
    b'{"event_code":"ORDER.ACK","details":[]}',
    b'{"event_code":"ORDER.ACK","details":{},"ctx":{"qty":1}}',
]
