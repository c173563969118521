"""Writes the parts of the papers that the code knows: options, frames, states, mappings."""
