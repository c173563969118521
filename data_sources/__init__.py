"""Turns the outside into pandas frames: one file a kind of origin.

The classes of the kinds (`SseSource` for `sse`) are imported when they are first asked for, so that
nobody waits for libraries of kinds that are not used.
"""

from typing import TYPE_CHECKING

from data_sources.attach import attach
from data_sources.catalog import Catalog
from data_sources.columns import EVENT_COLUMNS, KINDS
from data_sources.errors import ConfigError, DialectError, OriginError, SourceError
from data_sources.lines.explain import explain
from data_sources.reading import Counts, Quarantined, Reading
from data_sources.registry import class_named, discover

if TYPE_CHECKING:
    from data_sources.accounts import AccountsSource
    from data_sources.alpaca import AlpacaSource
    from data_sources.health import HealthSource
    from data_sources.json_file import JsonFileSource
    from data_sources.jsonl import JsonlSource
    from data_sources.log_folder import LogFolderSource
    from data_sources.marker import MarkerSource
    from data_sources.parquet import ParquetSource
    from data_sources.prometheus import PrometheusSource
    from data_sources.redis_streams import RedisStreamsSource
    from data_sources.rest import RestSource
    from data_sources.runs import RunsSource
    from data_sources.sessions import SessionsSource
    from data_sources.sse import SseSource
else:
    # Type checkers see the names above alone, so that a wrong name is still found.
    __getattr__ = class_named

__all__ = [
    "EVENT_COLUMNS",
    "KINDS",
    "AccountsSource",
    "AlpacaSource",
    "Catalog",
    "ConfigError",
    "Counts",
    "DialectError",
    "HealthSource",
    "JsonFileSource",
    "JsonlSource",
    "LogFolderSource",
    "MarkerSource",
    "OriginError",
    "ParquetSource",
    "PrometheusSource",
    "Quarantined",
    "Reading",
    "RedisStreamsSource",
    "RestSource",
    "RunsSource",
    "SessionsSource",
    "SourceError",
    "SseSource",
    "attach",
    "discover",
    "explain",
]
