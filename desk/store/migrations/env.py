"""What alembic runs: the migrations, on the connection that `desk.store.engine` hands over."""

from alembic import context

from desk.store.tables import metadata

connection = context.config.attributes["connection"]
# SQLite can't alter a column in place: alembic copies the table
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
