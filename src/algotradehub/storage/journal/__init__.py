"""The journal in segment files, and the lock on the directory they stand in."""
