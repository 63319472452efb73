"""Alembic's entry: runs the revisions over the connection that ``storage.migrating`` hands over."""

from alembic import context

from storage.tables import Schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Schema().metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
