"""Events and states become order lives, windows and rollups. Pure."""
