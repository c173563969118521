"""Server-sent events: bytes, connection, thread and memory of the kind `sse`."""
