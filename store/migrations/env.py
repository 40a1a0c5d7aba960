"""What Alembic runs: always inside the connection and transaction that `store.migrate` gives it."""

from alembic import context

from store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # ours holds all steps: a migration killed midway leaves the tables as they were
)
context.run_migrations()
