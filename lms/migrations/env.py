"""How Alembic reaches the database: with the engine that it is handed."""

from alembic import context

attributes = context.config.attributes
engine = attributes["engine"]

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '4s'")
        connection.commit()
    else:
        # Batch mode rebuilds tables; with foreign keys on, dropping the old one would cascade. Said to the driver: inside
        # the transaction that SQLAlchemy begins, SQLite takes no notice of it.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=attributes.get("metadata"),
        render_item=attributes.get("render_item") or (lambda *_: False),
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
