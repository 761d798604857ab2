"""The suites every implementation of a port must pass, as functions over a factory."""
