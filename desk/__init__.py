"""Time: the one clock, the store, the history."""
