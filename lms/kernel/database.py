"""The database: engine, sessions, column types. SQLite and PostgreSQL behave alike from here up."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from lms.kernel.compiling import watch_compiler
from lms.kernel.sqlite import WRITER_PATIENCE_SECONDS, DatabaseBusy, SharedSync, WriterLock, prepare_sqlite

__all__ = [
    "Base",
    "Database",
    "DatabaseBusy",
    "Keyed",
    "TenantSession",
    "UTCDateTime",
    "is_settled",
    "new_key",
    "new_uuid",
    "to_json",
]
KEY_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite keeps none of the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: they are how hours get lost."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Identifier = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All tables. Each says its `__tenancy__` (site, shared, organisation) and its `__retention__` class."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UTCDateTime(), dict[str, Any]: JSON, list[Any]: JSON}
    __tenancy__: ClassVar[str]
    __retention__: ClassVar[str]
    __scopes__: ClassVar[dict[str, str]] = {}
    """Scope kind → the column that tells in which scope of that kind a row lies (see `kernel.rights`)."""

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)


def new_key() -> str:
    """A random name of 10 characters for addresses: integers never leave the server."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(10))


def key_for(*parts: object) -> str:
    """The key of what a form makes that was sent once or twice: the same parts give the same name."""
    number = int.from_bytes(hashlib.sha256(repr(parts).encode()).digest())
    return "".join(KEY_ALPHABET[number // len(KEY_ALPHABET) ** place % len(KEY_ALPHABET)] for place in range(10))


def new_uuid() -> str:
    """A random UUID: the pseudonym of a membership, the registration of an enrolment."""
    return str(uuid.uuid4())


class Keyed:
    """A row that has an address."""

    key: Mapped[str] = mapped_column(String(10), default=new_key)


class MissingTenant(Exception):
    """A statement touches an organisation's table, and no organisation was given."""


class TenantSession(Session):
    """A session that serves one organisation; `lms.kernel.tenancy` guards every statement it sends."""

    def get(self, *arguments: Any, **options: Any) -> Any:
        """As SQLAlchemy's; what was loaded across organisations is not handed out again to one of them."""
        found = super().get(*arguments, **options)
        if found is None or self.info.get("across") or getattr(found, "__tenancy__", "site") != "organisation":
            return found
        if self.info.get("organisation_id") is None:
            raise MissingTenant(f"no organisation for {type(found).__name__}")
        return found if found.organisation_id == self.info["organisation_id"] else None

    def connection(self, *arguments: Any, **options: Any) -> Connection:
        """Only across organisations: the guard watches the session, not the connection."""
        if not self.info.get("across"):
            raise MissingTenant("a session's connection is not guarded: lift the guard with ctx.across(reason)")
        return super().connection(*arguments, **options)

    def bulk_save_objects(self, *arguments: Any, **options: Any) -> None:
        """Never: these old ways of writing pass by the guard."""
        raise MissingTenant("bulk_save_objects is not guarded: add_all, or execute an insert")

    def bulk_insert_mappings(self, *arguments: Any, **options: Any) -> None:
        """Never: these old ways of writing pass by the guard."""
        raise MissingTenant("bulk_insert_mappings is not guarded: execute an insert")

    def bulk_update_mappings(self, *arguments: Any, **options: Any) -> None:
        """Never: these old ways of writing pass by the guard."""
        raise MissingTenant("bulk_update_mappings is not guarded: execute updates with a condition")


def to_json(value: Any) -> str:
    """JSON as we store it: readable, stable for equal dicts in equal order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Database:
    """The engine and the two ways of opening a session: to read, and to write."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                url, json_serializer=to_json, hide_parameters=True, connect_args={"timeout": WRITER_PATIENCE_SECONDS}
            )
            path = url.removeprefix("sqlite:///")
            self._lock = WriterLock(Path(f"{path}.lock"))
            self._sync = SharedSync(Path(f"{path}-wal"))
            prepare_sqlite(self.engine, self._lock, self._sync)
            self.reader: Engine = self.engine
            self.writer: Engine = self.engine.execution_options(lms_write=True)
            self.snapshot: Engine = self.engine  # its transactions see one moment already
        else:
            self.engine = create_engine(
                url, json_serializer=to_json, hide_parameters=True, pool_size=10, max_overflow=40, pool_pre_ping=True
            )
            # Reads that need no common snapshot save BEGIN and ROLLBACK, two round trips.
            self.reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self.writer = self.engine
            self.snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ")
        watch_compiler(self.engine)

    def read_session(self, organisation_id: int | None = None) -> TenantSession:
        """A session for a page: what it changed would be lost."""
        return self._session(self.reader, organisation_id)

    def snapshot_session(self, organisation_id: int | None = None) -> TenantSession:
        """A session to read with whose every read sees the same moment: a figure and the statements under it agree."""
        return self._session(self.snapshot, organisation_id)

    def write_session(self, organisation_id: int | None = None) -> TenantSession:
        """A session whose transaction begins, alone on SQLite, at its first statement."""
        return self._session(self.writer, organisation_id)

    @contextmanager
    def writing(self, organisation_id: int | None = None) -> Iterator[TenantSession]:
        """Commit at the end, or nothing at all."""
        with self.write_session(organisation_id) as session:
            yield session
            session.commit()

    def consistent_through(self, now: datetime) -> datetime:
        """A moment such that whatever was stored before it can be read by who begins to read after this call."""
        if self.is_sqlite:
            held_since = self._lock.held_since()
            return now if held_since is None else min(now, held_since)
        with self.reader.connect() as connection:
            started = connection.scalar(_OLDEST_WRITER)
        return now if started is None else min(now, started.astimezone(UTC))

    def optimise(self) -> None:
        """Let SQLite look at its own tables, so that it picks the right index; PostgreSQL does so by itself."""
        if self.is_sqlite:
            self._lock.acquire()  # it writes what it has seen, and takes its turn like any writer
            try:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA optimize=0x10002")
                    connection.commit()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        if self.is_sqlite:
            self._lock.close()
            self._sync.close()

    def _session(self, engine: Engine, organisation_id: int | None) -> TenantSession:
        return TenantSession(
            engine,
            expire_on_commit=False,
            autoflush=True,
            info={
                "organisation_id": organisation_id,
                "is_sqlite": self.is_sqlite,
                "reads_only": engine is not self.writer,
            },
        )


def is_settled(model: Any) -> ColumnElement[bool]:
    """Rows (PostgreSQL) of transactions that ended before any that still runs began to write.

    Who reads "since" reads these only: a transaction that commits late is then not skipped.
    """
    name = model.__tablename__
    oldest: ColumnElement[Any] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::xid")
    return func.age(literal_column(f"{name}.xmin")) > func.age(oldest)


_OLDEST_WRITER = select(func.min(literal_column("xact_start", DateTime(timezone=True)))).select_from(
    table("pg_stat_activity")
).where(
    literal_column("datname") == func.current_database(),
    literal_column("backend_xid").is_not(None),
    literal_column("pid") != func.pg_backend_pid(),
)  # fmt: skip
