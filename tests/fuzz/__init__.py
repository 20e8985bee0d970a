"""Nonsense for the service of a worker: `python -m tests.fuzz --count 10000`, or `make fuzz`."""
