"""A URL to ask, with what is sent along and what of it may never be shown."""

from __future__ import annotations

import httpx

from data_sources.endpoint import Endpoint, above_zero
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
        self._endpoint = Endpoint.of(url, token=token, auth_header=auth_header, ca_file=ca_file)
        self.url, self.host = self._endpoint.shown, self._endpoint.host

    def fetch(
        self,
        *,
        deadline_seconds: float,
        max_bytes: int,
        transport: httpx.BaseTransport | None = None,
        accept: str = "application/json",
    ) -> Answer:
        """GET it once, following nothing; *accept* is the kind of answer that is asked for.

        Raises:
            FetchError: when no whole answer came; its text names no secret.
        """
        return fetch(
            self._endpoint.address,
            headers={"Accept": accept, **self._endpoint.headers},
            deadline_seconds=deadline_seconds,
            max_bytes=max_bytes,
            ssl_context=self._endpoint.ssl_context,
            transport=transport,
        )

    def redacted(self, text: str) -> str:
        """The text without the secrets that an origin may echo."""
        return self._endpoint.redacted(text)


__all__ = ["Target", "above_zero"]
