"""How Alembic reaches the database: with the engine that it is handed."""

from alembic import context

engine = context.config.attributes["engine"]
target_metadata = context.config.attributes.get("metadata")

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        connection.commit()
    context.configure(connection=connection, target_metadata=target_metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
