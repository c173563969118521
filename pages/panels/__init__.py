"""Panels: one file each, with `layout()` and `props(view, origin)`; pages put them together."""
