"""Registry files of sessions: one JSON object a file."""
