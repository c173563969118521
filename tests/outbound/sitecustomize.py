"""Python imports this at its start where the folder is in PYTHONPATH: tests put it there."""

import recorder

recorder.install()
