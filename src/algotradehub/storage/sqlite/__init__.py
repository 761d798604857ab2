"""The projection in SQLite: one file, one writer, read by everybody else."""
