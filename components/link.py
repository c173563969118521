"""Addresses of this site, below whatever path a proxy puts it."""

from __future__ import annotations

import dash


def site_path(path: str) -> str:
    """Give a path of this site as browsers see it; as it is where no Dash app was made yet."""
    try:
        return str(dash.get_relative_path(path))
    except AttributeError:
        return path
