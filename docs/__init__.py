"""The papers; `from_code` writes those parts of them that the code knows."""
