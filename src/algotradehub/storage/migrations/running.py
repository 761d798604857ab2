"""Runs the revisions on an open SQLite connection.

It imports SQLAlchemy and Alembic, which takes 0.7 s: import it only to migrate.
"""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError


def upgrade(connection: sqlite3.Connection, revision: str = "head") -> None:
    """Bring the schema up to ``revision``: all of the way, or not at all.

    The connection must be in autocommit mode (``isolation_level=None``) and is left open.

    Raises:
        sqlite3.Error: Nothing was changed.
    """
    _run(connection, revision, up=True)


def downgrade(connection: sqlite3.Connection, revision: str) -> None:
    """Take the schema back to ``revision``, ``base`` being before the first."""
    _run(connection, revision, up=False)


def _run(connection: sqlite3.Connection, revision: str, *, up: bool) -> None:
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    # The driver opens no transaction for statements that change the schema, so it is opened here.
    # Source: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    try:
        with engine.begin() as opened:
            config.attributes["connection"] = opened
            if up:
                command.upgrade(config, revision)
            else:
                command.downgrade(config, revision)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
