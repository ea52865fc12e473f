"""Waiting for whoever writes: what has drawn its number and is not committed yet must not be passed by."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Select, func, literal_column, select, table

from lms.kernel.database import Database

PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.02


def earlier_writers_ended(database: Database, name: str, *, patience: float = PATIENCE_SECONDS) -> bool:
    """Wait until each transaction that writes to this table at this moment has ended; False when one goes on for too long.

    A row's number is drawn after its transaction has locked the table (PostgreSQL, ROW EXCLUSIVE) and before it is
    committed. So once this returns True, no row can appear any more below a number that was seen before the call.
    On SQLite there is one writer, and numbers come in the order of commits.
    """
    if database.is_sqlite:
        return True
    end = time.monotonic() + patience
    with database.reader.connect() as connection:
        query = _writers(name)
        earlier = set(connection.execute(query).scalars())
        while earlier and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            earlier &= set(connection.execute(query).scalars())
    return not earlier


def _writers(name: str) -> Select[str]:
    here: Select[Any] = select(literal_column("oid")).select_from(table("pg_database")).where(
        literal_column("datname") == func.current_database()
    )  # fmt: skip
    return select(literal_column("virtualtransaction")).select_from(table("pg_locks")).where(
        literal_column("locktype") == "relation",
        literal_column("database") == here.scalar_subquery(),
        literal_column("relation") == func.to_regclass(name),
        literal_column("mode") == "RowExclusiveLock",
        literal_column("pid") != func.pg_backend_pid(),
    )  # fmt: skip
