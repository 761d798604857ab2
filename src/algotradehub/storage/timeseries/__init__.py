"""Recorded market data: read from many formats, checked, and kept as Parquet."""
