"""What a URL of the configuration says: where to go, whom to trust, what to send, what to hide."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import httpx

from data_sources.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with its credentials; only `shown` and `host` may appear anywhere.

    shown        scheme, host and path
    host         host and port
    address      what is asked for, with its query
    headers      that carry the credentials
    hidden       texts that must not be shown
    ssl_context  for https
    """

    shown: str
    host: str
    address: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    hidden: tuple[str, ...] = field(repr=False)
    ssl_context: ssl.SSLContext | None = field(repr=False, default=None)

    @classmethod
    def of(cls, url: str, *, token: str = "", auth_header: str, ca_file: str = "") -> Self:
        """Read a configured URL.

        Raises:
            ConfigError: for a URL that cannot be asked, a token that no header may carry, or a
                file of authorities that cannot be read.
        """
        parts = _split(url)
        token = token.strip()
        if not token.isprintable():
            raise ConfigError("token: has characters that no HTTP header may carry")
        host = _shown_host(parts)
        address = httpx.URL(url).copy_with(username=None, password=None, fragment=None)
        return cls(
            shown=f"{parts.scheme}://{host}{parts.path}",
            host=host,
            address=str(address),
            headers=_headers(parts.username, parts.password, token, auth_header),
            hidden=(token, parts.password or "", *(value for _, value in parse_qsl(parts.query))),
            ssl_context=trust_of(ca_file) if parts.scheme == "https" else None,
        )

    def redacted(self, text: str) -> str:
        """The text without what must not be shown."""
        for secret in self.hidden:
            if len(secret) >= 3:
                text = text.replace(secret, "***")
        return text


def above_zero(**limits: float) -> None:
    """Refuse a number that is not above zero, by its name.

    Raises:
        ConfigError: naming the option.
    """
    for key, value in limits.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"{key}: was {value}; it must be a number above 0")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as e:
        raise ConfigError(f"url: not a URL ({e})") from e
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            "url: needs http:// or https:// and a host, such as http://127.0.0.1:8000/health"
        )
    return parts


def _shown_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port is None else f"{host}:{parts.port}"


def _headers(user: str | None, password: str | None, token: str, name: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    if user is not None:
        pair = f"{unquote(user)}:{unquote(password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    if token:
        headers[name] = f"Bearer {token}" if name.lower() == "authorization" else token
    return headers


def trust_of(ca_file: str) -> ssl.SSLContext:
    """Return what an https server must prove: that one of these authorities vouches for its host.

    Args:
        ca_file: PEM file of the authorities; the system's when empty.

    Raises:
        ConfigError: when the file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as e:
        raise ConfigError(f"ca_file: {ca_file!r} is not a readable PEM file of authorities") from e
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
