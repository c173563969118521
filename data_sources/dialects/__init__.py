"""Dialects: one TOML a system, with a Python file beside it where logic is needed."""
