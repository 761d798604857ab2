"""The schema of every SQL store, as Alembic revisions run by the program itself."""
