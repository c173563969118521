"""A URL to ask, with what is sent along and what of it may never be shown."""

from __future__ import annotations

import base64
import ssl
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import httpx

from data_sources.errors import ConfigError
from data_sources.http import Answer, fetch


class Target:
    """A URL as configured.

    Args:
        url: http or https; may carry user, password and a query.
        token: a secret sent as header.
        auth_header: the header of *token*; with `Authorization` it is sent as `Bearer`.
        ca_file: PEM file of the authorities to trust for https, instead of the system's.

    Attributes:
        url: the URL as it may be shown, without user, password and query.
        host: host and port.

    Raises:
        ConfigError: for a URL that cannot be asked or a token that no header may carry.
    """

    def __init__(
        self, url: str, *, token: str = "", auth_header: str = "X-Auth-Token", ca_file: str = ""
    ) -> None:
        parts = _split(url)
        token = token.strip()
        if not token.isprintable():
            raise ConfigError("token: has characters that no HTTP header may carry")
        self.host = _shown_host(parts)
        self.url = f"{parts.scheme}://{self.host}{parts.path}"
        self._headers = _headers(parts.username, parts.password, token, auth_header)
        self._address = httpx.URL(url).copy_with(username=None, password=None, fragment=None)
        self._hidden = [token, parts.password or "", *(v for _, v in parse_qsl(parts.query))]
        self._ssl = _trust(ca_file) if parts.scheme == "https" else None

    def fetch(
        self,
        *,
        deadline_seconds: float,
        max_bytes: int,
        transport: httpx.BaseTransport | None = None,
    ) -> Answer:
        """GET it once, following nothing.

        Raises:
            FetchError: when no whole answer came; its text names no secret.
        """
        return fetch(
            str(self._address),
            headers=self._headers,
            deadline_seconds=deadline_seconds,
            max_bytes=max_bytes,
            ssl_context=self._ssl,
            transport=transport,
        )

    def redacted(self, text: str) -> str:
        """The text without the secrets that an origin may echo."""
        for secret in self._hidden:
            if len(secret) >= 3:
                text = text.replace(secret, "***")
        return text


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


def above_zero(**limits: float) -> None:
    """Refuse limits that are none.

    Raises:
        ConfigError: naming the option and its value.
    """
    for key, value in limits.items():
        if not 0 < value < float("inf"):
            raise ConfigError(f"{key}: was {value}; it must be a number above 0")


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


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as e:
        raise ConfigError(f"ca_file: {ca_file!r} is not a readable PEM file of authorities") from e
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
