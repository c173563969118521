"""The figures that Deskwatch promises, each measured beside a rival: `python -m benchmarks`."""
