"""How SQLite is spoken to: one writer at a time, transactions begun by us, commits that are on the disk when they return."""

from __future__ import annotations

import fcntl
import functools
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import OperationalError

WRITER_PATIENCE_SECONDS = 30
POLL_SECONDS = 0.002
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # A commit does not wait for the disk by itself: `SharedSync` does, for several commits at once.
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-16000",
    # Pages that many statements touch are copied back once in 32 MB of log, not after each thousand pages.
    "wal_autocheckpoint=8000",
)


class DatabaseBusy(Exception):
    """Another writer held the database for too long; nothing was written."""


class SharedSync:
    """Waits until what was committed is on the disk, once for all who wait at the same moment (group commit).

    With `synchronous=FULL` SQLite itself syncs its log at each commit, under the writer's lock: with a disk that takes 3 ms,
    300 commits a second, whatever the machine. Here the commit writes the log, lets the next writer in, and returns to its
    caller only when a sync that began afterwards has ended: the same promise. SQLite syncs the log itself before it copies
    pages from it, so a log that begins anew holds nothing that is only there.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._file: IO[bytes] | None = None
        self._counting = threading.Lock()
        self._syncing = threading.Lock()
        self._asked = 0
        self._done = 0

    def wait(self) -> None:
        """Return when everything written to the log before this call is on the disk."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._syncing:
            if self._done >= mine:
                return  # the sync of another began after our commit
            with self._counting:
                covered = self._asked
            self._sync()
            self._done = covered

    def close(self) -> None:
        """Give the file back."""
        with self._syncing:
            self._forget()

    def _sync(self) -> None:
        try:
            present = self._log.stat()
        except FileNotFoundError:
            return  # the last connection closed and copied everything: SQLite has synced it
        held = os.fstat(self._file.fileno()) if self._file is not None else None
        if held is None or (held.st_ino, held.st_dev) != (present.st_ino, present.st_dev):
            self._forget()
            self._file = self._log.open("rb")
            self._sync_folder()
        os.fdatasync(self._file.fileno())  # type: ignore[union-attr]

    def _sync_folder(self) -> None:
        """A new file is on the disk when its name is."""
        folder = os.open(self._log.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _forget(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class WriterLock:
    """One writer at a time, across threads and processes: SQLite's own waiting starves some writers for seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Wait for one's turn, or raise `DatabaseBusy`."""
        if not self._threads.acquire(timeout=WRITER_PATIENCE_SECONDS):
            raise DatabaseBusy
        try:
            if self._file is None:
                self._file = self._path.open("a")
            _lock_file(self._file)
            os.utime(self._file.fileno())
        except BaseException:
            self._threads.release()
            raise

    def held_since(self) -> datetime | None:
        """When the present writer, in whatever process, took its turn; None when nobody writes."""
        with self._path.open("a") as probe:
            since = self._path.stat().st_mtime
            try:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return datetime.fromtimestamp(since, UTC)
            return None

    def close(self) -> None:
        """Give the lock file back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Let the next one write."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def _lock_file(file: IO[str]) -> None:
    """Lock out other processes; one that never lets go must not hold up this one for ever."""
    patience = time.monotonic() + WRITER_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > patience:
                raise DatabaseBusy from None
            time.sleep(POLL_SECONDS)
        else:
            return


def prepare_sqlite(engine: Engine, lock: WriterLock, sync: SharedSync) -> None:
    """Make an engine speak to SQLite as we want: one writer, our BEGIN, commits that are on the disk when they return."""
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", functools.partial(_begin_sqlite, lock))
    event.listen(engine, "commit", functools.partial(_commit_sqlite, sync))
    event.listen(engine, "rollback", _roll_back_sqlite)
    event.listen(engine, "handle_error", _note_loss)
    event.listen(engine, "before_cursor_execute", _refuse_after_loss)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(lock: WriterLock, connection: Connection) -> None:
    if not connection.get_execution_options().get("lms_write"):
        connection.exec_driver_sql("BEGIN")
        return
    lock.acquire()
    try:
        # A plain BEGIN would fail at once when it turns from reading to writing.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        lock.release()
        raise
    connection.info["lms_lock"] = lock


def _note_loss(context: ExceptionContext) -> None:
    """A full disk makes SQLite roll everything back, whoever catches the error afterwards."""
    connection = context.connection
    if connection is not None and connection.info.get("lms_lock") is not None and not _is_open(connection):
        connection.info.setdefault("lms_lost", context.original_exception)


def _refuse_after_loss(
    connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any
) -> None:
    """What followed a loss would be written for itself: half of an act."""
    lost = connection.info.get("lms_lost")
    if lost is not None:
        raise OperationalError(statement, parameters, lost)


def _is_open(connection: Connection) -> bool:
    raw: Any = connection.connection.dbapi_connection
    return raw is not None and bool(raw.in_transaction)


def _commit_sqlite(sync: SharedSync, connection: Connection) -> None:
    # The event comes before the commit itself: send it here, so that the lock covers it.
    if connection.info.get("lms_lock") is not None:
        try:
            connection.exec_driver_sql("COMMIT")
        finally:
            _release_sqlite(connection)
        # Outside the lock: whoever writes next does not wait for the disk, and one call serves all who wait.
        sync.wait()


def _roll_back_sqlite(connection: Connection) -> None:
    if connection.info.get("lms_lock") is not None:
        _release_sqlite(connection)


def _release_sqlite(connection: Connection) -> None:
    """End what is open, then let the next one write: after a COMMIT that failed (a full disk) the transaction still stands."""
    held: WriterLock | None = connection.info.pop("lms_lock", None)
    connection.info.pop("lms_lost", None)
    raw: Any = connection.connection.dbapi_connection
    try:
        if _is_open(connection):
            raw.execute("ROLLBACK")
    finally:
        if held is not None:
            held.release()
