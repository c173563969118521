"""Turns the outside into pandas frames: one file a kind of origin."""
