"""The server: one render for first paint, stream, Interval and API."""
