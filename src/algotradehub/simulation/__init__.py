"""The deterministic world: virtual time, disk, venue and invariants; a seed repeats a run."""
