"""The words by which logs usually call what happens to an order, and other events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from data_sources.guessing.keys import words_of

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "order.submitted": (
        "submitted", "submit", "sent", "send", "placed", "place", "created", "create",
        "pending new", "pendingnew", "new",
    ),
    "order.accepted": (
        "accepted", "accept", "acknowledged", "ack", "acked", "confirmed", "working", "resting",
    ),
    "order.partially_filled": (
        "partially filled", "partial fill", "partiallyfilled", "partial filled", "part filled",
        "part fill", "partialfill", "partial",
    ),
    "order.filled": ("filled", "fill", "fully filled", "executed"),
    "order.canceled": ("canceled", "cancelled", "cancel"),
    "order.cancel_requested": (
        "cancel requested", "cancel request", "pending cancel", "pendingcancel", "cancel sent",
        "cancel submitted",
    ),
    "order.rejected": ("rejected", "reject", "nack", "refused"),
    "order.denied": (
        "denied", "deny", "veto", "vetoed", "blocked", "risk rejected", "risk denied",
        "risk blocked", "risk block", "gate rejected", "gate blocked", "gate block",
    ),
    "order.expired": ("expired", "expire"),
}  # fmt: skip
OTHERS: Final[dict[str, tuple[str, ...]]] = {
    "signal": ("signal", "trade signal"),
    "error": ("error", "exception"),
    "heartbeat": ("heartbeat",),
    "alert": ("alert",),
}
_NOISE: Final = frozenset(
    {
        *("order", "orders", "ord", "event", "evt", "status", "report", "oco"),
        *("buy", "sell", "limit", "market", "entry", "exit", "tp", "sl", "paper"),
    }
)
_CLOSING: Final = frozenset({"exit", "tp", "sl"})
_KINDS: Final = {
    word: kind for table in (WORDS, OTHERS) for kind, words in table.items() for word in words
}


def meaning(code: str) -> str | None:
    """The kind of event that a code usually names, None for a code that is not usual.

    `ORDER_PARTIALLY_FILLED`, `OrderPartiallyFilled` and `partially-filled` are the same.
    """
    return _KINDS.get(core(code))


def closes(code: str) -> bool:
    """Whether a code says that the order closes a position: `exit_order_filled`, `TP_FILLED`."""
    return not _CLOSING.isdisjoint(words_of(code))


def core(code: str) -> str:
    """The words of a code, without those that every code of an order may have."""
    return " ".join(word for word in words_of(code) if word not in _NOISE)


def meanings(codes: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The kinds of all codes of a log that have one, and a sentence for each that has two senses.

    NEW is what FIX says when the venue has accepted an order, where another word says that it was
    submitted; otherwise the order is new because it was submitted. CANCEL is a request where
    another word says that it was done. FAILED is an order's end only beside other words of orders.
    """
    codes = list(codes)
    told = {code: kind for code in codes if (kind := meaning(code)) is not None}
    cores = {core(code) for code in told}
    why = []
    submitted = cores & set(WORDS["order.submitted"]) - {"new"}
    acknowledged = cores & set(WORDS["order.accepted"])
    if set(told.values()) & set(WORDS):
        failed = [code for code in codes if code not in told and core(code) == "failed"]
        told |= dict.fromkeys(failed, "order.rejected")
        why += [f"{code} is taken for rejected: other lines tell of orders" for code in failed]
    for code in told:
        if core(code) == "new" and submitted and not acknowledged:
            told[code] = "order.accepted"
            why.append(f"{code} is an acknowledgement, as in FIX: other lines say submitted")
        elif core(code) == "new":
            why.append(f"{code} is taken for submitted; in FIX it is an acknowledgement")
        elif core(code) == "cancel" and {"canceled", "cancelled"} & cores:
            told[code] = "order.cancel_requested"
            why.append(f"{code} is a request: other lines say that it was done")
    return told, why


def also_usual(told: dict[str, str]) -> dict[str, str]:
    """Codes that were not seen but would be called alike: `order_filled` where `order_new` was."""
    found: dict[str, str] = {}
    for code in told:
        if told[code] not in WORDS:
            continue
        folded, words = code.casefold(), core(code).split()
        for sign in ("_", "-", ".", " ", ""):
            before, middle, after = folded.partition(sign.join(words))
            if not middle:
                continue
            mark = sign if len(words) > 1 else _sign_of(code, before, after)
            for kind, usual in WORDS.items():
                for word in usual:
                    if word not in ("new", "cancel", "blocked", "partial"):
                        found.setdefault(before + word.replace(" ", mark) + after, kind)
            break
    seen = {code.casefold() for code in told}
    return {code: kind for code, kind in found.items() if code not in seen}


def _sign_of(code: str, before: str, after: str) -> str:
    """What parts the words of a code of one word: what parts it from its noise, or `_`."""
    near = (before[-1:], after[:1])
    sign = next((each for each in near if each and not each.isalnum()), "")
    camel = bool(before or after) and not code.isupper() and not code.islower()
    return sign or ("" if camel else "_")
