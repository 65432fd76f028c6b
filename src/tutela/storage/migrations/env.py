"""Runs migrations on the connection that `storage.database` hands over."""

from alembic import context

from tutela.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
