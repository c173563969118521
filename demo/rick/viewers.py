"""Who may look at the Arena's lists: its tokens, and what it says to those without one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

HEADER: Final = {"alg": "HS256", "typ": "JWT"}
ROLES: Final = ("viewer", "trader", "admin")
LASTS_SECONDS: Final = 14 * 86_400.0
"""As long as the real one's refresh token; its access token is over after 30 minutes."""
NO_TOKEN: Final[tuple[int, Any]] = (401, {"detail": "Missing token"})
BAD_TOKEN: Final[tuple[int, Any]] = (401, {"detail": "Invalid or expired token"})
NO_RIGHT: Final[tuple[int, Any]] = (403, {"detail": "Insufficient role"})


class Viewers:
    """Gives tokens, signed with a secret of its own, and knows them again.

    Args:
        now: gives epoch seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._secret = secrets.token_bytes(32)
        self._now = now

    def token(self, role: str = "viewer", lasts_seconds: float = LASTS_SECONDS) -> str:
        """Return a JSON web token for a role."""
        ends = int(self._now() + lasts_seconds)
        claims = {"sub": f"{role}@demo", "role": role, "exp": ends}
        body = f"{_coded(_json(HEADER))}.{_coded(_json(claims))}"
        return f"{body}.{self._signed(body)}"

    def refuses(self, authorization: str | None) -> tuple[int, Any] | None:
        """Return what is said to one who sends this header; None when he may look."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or not token:
            return NO_TOKEN
        body, _, signature = token.strip().rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signed(body).encode()):
            return BAD_TOKEN
        claims = json.loads(_decoded(body.rpartition(".")[2]))  # signed by us: it is what we wrote
        if claims["exp"] <= self._now():
            return BAD_TOKEN
        return None if claims["role"] in ROLES else NO_RIGHT

    def _signed(self, body: str) -> str:
        return _coded(hmac.digest(self._secret, body.encode(), hashlib.sha256))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
