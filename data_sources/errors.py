"""What can go wrong at an origin, as a tree.

SourceError
├── ConfigError        a wrong key or value: the key's path, the value, what is allowed
├── DialectError       a dialect TOML is wrong: file, line, what is allowed
└── OriginError        the origin itself is sick at the first read: path or URL, and what to do
"""


class SourceError(Exception):
    """Something about a source that a person can mend; the message says how."""


class ConfigError(SourceError):
    """A key of the configuration is unknown, missing or of the wrong type."""


class DialectError(SourceError):
    """A dialect file cannot be used."""


class OriginError(SourceError):
    """An origin could not be read at all."""
