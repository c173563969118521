"""Turns the outside into pandas frames: one file a kind of origin."""

from data_sources.attach import attach
from data_sources.catalog import Catalog
from data_sources.columns import EVENT_COLUMNS, KINDS
from data_sources.errors import ConfigError, DialectError, OriginError, SourceError
from data_sources.health import HealthSource
from data_sources.jsonl import JsonlSource
from data_sources.lines.explain import explain
from data_sources.parquet import ParquetSource
from data_sources.reading import Counts, Quarantined, Reading
from data_sources.registry import discover
from data_sources.runs import RunsSource
from data_sources.sessions import SessionsSource

__all__ = [
    "EVENT_COLUMNS",
    "KINDS",
    "Catalog",
    "ConfigError",
    "Counts",
    "DialectError",
    "HealthSource",
    "JsonlSource",
    "OriginError",
    "ParquetSource",
    "Quarantined",
    "Reading",
    "RunsSource",
    "SessionsSource",
    "SourceError",
    "attach",
    "discover",
    "explain",
]
