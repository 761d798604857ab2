"""Implementations of the bus that carries facts: in memory, and later over servers."""
