"""What Alembic runs first: it works on the connection it was handed, nothing else.

There is no ``alembic.ini`` and no URL: ``running.upgrade`` is the only way in.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # All revisions or none: SQLite and PostgreSQL both roll back changes of the schema.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
