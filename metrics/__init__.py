"""Frames become numbers. Pure: one subject a file."""
