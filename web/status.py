"""`/status` and `/sse`: the numbers promised to Aurora's users, built once a version for all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from web.filters import FilterError, Filters
from web.known_names import unknown_names
from web.promised import aurora
from web.render import Rendered, Renderer

PARAMETERS: Final = ("window", "at", "source", "account", "symbol")


class StatusBook:
    """The status document under any filters, shared by polling and streaming clients."""

    def __init__(self, renderer: Renderer, default_window: str) -> None:
        self._renderer = renderer
        self._default_window = default_window

    def filters(self, query: Mapping[str, str]) -> Filters:
        """The filters of a request; `window` may be any number of seconds here.

        Raises:
            FilterError: a parameter is unknown, its value is not allowed, or no source or account
                bears that name: zeros of nobody would look like a quiet bot. It tells of all.
        """
        only = "only " + " ".join(sorted(PARAMETERS))
        strange = sorted(set(query) - set(PARAMETERS))
        refused = [FilterError(name, query[name], only) for name in strange]
        filters = None
        try:
            filters = Filters.from_query(
                query, default_window=self._default_window, any_window=True
            )
        except FilterError as error:
            refused.append(error)
        told = {each.parameter for one in refused for each in one.all}
        asked = {name: query.get(name) for name in ("source", "account") if name not in told}
        refused += unknown_names(self._renderer.desk, asked)
        if refused or filters is None:
            raise FilterError.of_all(refused)
        return filters

    def picture(self, filters: Filters) -> Rendered:
        """The status document; may carry a problem instead."""
        status = partial(aurora.status, source=filters.source)
        return self._renderer.picture(f"/status?{filters.key}", filters, status)
