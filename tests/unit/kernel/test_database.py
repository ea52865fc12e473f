"""Sessions, the writer's turn, a full disk: what every feature stands on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from lms.kernel.database import Database, DatabaseBusy, UTCDateTime, new_key
from lms.kernel.platform import Platform
from lms.kernel.preferences import PreferenceRow
from lms.kernel.sqlite import SharedSync, WriterLock
from lms.kernel.tenancy import across_tenants
from tests.factories.world import World

COUNT = 400 if os.environ.get("LMS_SOAK") else 25


def write(database: Any, organisation: Any, name: Any) -> None:
    with database.writing(organisation) as session:
        session.scalar(select(func.count()).select_from(PreferenceRow))  # read first: a plain BEGIN would fail to turn
        session.add(PreferenceRow(organisation_id=organisation, name=name, value="1"))


def names(database: Any, organisation: Any) -> Any:
    with database.read_session(organisation) as session:
        return list(session.scalars(select(PreferenceRow.name)))


def test_a_moment_without_a_zone_is_refused(engine_name: str, platform: Platform) -> None:
    with pytest.raises(ValueError, match="zone"):
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), platform.database.engine.dialect)  # noqa: DTZ001


def test_a_moment_comes_back_as_it_went_in_whatever_its_zone(engine_name: str, platform: Platform) -> None:
    dialect, kind = platform.database.engine.dialect, UTCDateTime()
    paris = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert kind.process_result_value(kind.process_bind_param(paris, dialect), dialect) == paris
    assert kind.process_result_value(kind.process_bind_param(paris, dialect), dialect).tzinfo == UTC


def test_keys_are_ten_characters_that_nobody_confuses() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert not set("".join(keys)) & set("lo01")
    assert {len(key) for key in keys} == {10}


def test_what_a_reading_session_changed_is_lost(engine_name: str, platform: Platform, world: World) -> None:
    with platform.database.read_session(world.organisation) as session:
        if platform.database.is_sqlite:
            session.add(PreferenceRow(organisation_id=world.organisation, name="lost", value="1"))
            session.flush()
    assert names(platform.database, world.organisation) == []


def test_a_failure_writes_nothing(engine_name: str, platform: Platform, world: World) -> None:
    with contextlib.suppress(ZeroDivisionError), platform.database.writing(world.organisation) as session:
        session.add(PreferenceRow(organisation_id=world.organisation, name="half", value="1"))
        session.flush()
        _ = 1 // 0
    assert names(platform.database, world.organisation) == []
    write(platform.database, world.organisation, "after")
    assert names(platform.database, world.organisation) == ["after"]


@pytest.mark.soak
def test_threads_write_in_turn_and_none_hears_that_the_database_is_locked(
    engine_name: str, platform: Platform, world: World
) -> None:
    failures = []

    def many(number: Any) -> None:
        try:
            for step in range(COUNT):
                write(platform.database, world.organisation, f"{number}-{step}")
        except Exception as failure:  # noqa: BLE001 - counted below
            failures.append(failure)

    threads = [threading.Thread(target=many, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(names(platform.database, world.organisation))) == 8 * COUNT


WRITER = """
    import sys, threading
    from lms.app import FEATURES
    from lms.kernel.database import Database
    from lms.kernel.preferences import PreferenceRow
    from lms.kernel.registry import load_registry
    from sqlalchemy import func, select
    load_registry(FEATURES)
    database, organisation, name, count = Database(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    def many(thread):
        for step in range(count):
            with database.writing(organisation) as session:
                session.scalar(select(func.count()).select_from(PreferenceRow))
                session.add(PreferenceRow(organisation_id=organisation, name=f"{name}-{thread}-{step}", value="1"))
    threads = [threading.Thread(target=many, args=(number,)) for number in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


@pytest.mark.soak
def test_processes_write_in_turn(engine_name: str, platform: Platform, world: World) -> None:
    program = [sys.executable, "-c", textwrap.dedent(WRITER), platform.database.url, str(world.organisation)]
    running = [
        subprocess.Popen([*program, name, str(COUNT)], stderr=subprocess.PIPE, text=True) for name in ("one", "two")
    ]
    for step in range(COUNT):
        write(platform.database, world.organisation, f"own-{step}")
    for process in running:
        _out, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
        assert "locked" not in said
        assert "Traceback" not in said, said
    assert len(set(names(platform.database, world.organisation))) == 5 * COUNT


@pytest.fixture
def small_disk(platform: Platform) -> Any:
    """`small_disk(pages)`: so many pages more, for who opens the database from now on; None: without limit."""
    engine = platform.database.engine

    def limit(pages: Any) -> None:
        engine.dispose()
        with closing(sqlite3.connect(engine.url.database)) as connection:
            connection.execute("VACUUM")  # no page of earlier tests is free
        with engine.connect() as connection:
            most = 1_073_741_823 if pages is None else connection.execute(text("PRAGMA page_count")).scalar() + pages
            connection.execute(text(f"PRAGMA max_page_count={most}"))

    yield limit
    limit(None)


def _fill(session: Any, organisation: Any) -> None:
    for step in range(3000):
        session.add(PreferenceRow(organisation_id=organisation, name=f"{step}", value="x" * 100))
    session.flush()


@pytest.mark.sqlite_only
def test_a_full_disk_leaves_nothing_half_written_and_passes(
    engine_name: str, platform: Platform, world: World, small_disk: Callable[[int | None], None]
) -> None:
    small_disk(1)
    with pytest.raises(OperationalError, match="full"), platform.database.writing(world.organisation) as session:
        _fill(session, world.organisation)
    small_disk(None)
    assert names(platform.database, world.organisation) == []
    write(platform.database, world.organisation, "after")
    assert names(platform.database, world.organisation) == ["after"]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("pages", [0, 1, 3, 10])
def test_who_goes_on_after_a_full_disk_never_writes_the_second_half_alone(
    engine_name: str, platform: Platform, world: World, small_disk: Callable[[int | None], None], pages: Any
) -> None:
    small_disk(pages)
    with platform.database.write_session(world.organisation) as session:
        session.add(PreferenceRow(organisation_id=world.organisation, name="before", value="1"))
        session.flush()
        with pytest.raises(OperationalError, match="full"), session.begin_nested():
            _fill(session, world.organisation)
        for _ in range(2):
            with contextlib.suppress(SQLAlchemyError):
                session.add(PreferenceRow(organisation_id=world.organisation, name="half", value="1"))
                session.commit()
    small_disk(None)
    written = names(platform.database, world.organisation)
    assert "half" not in written or "before" in written


def test_a_writer_that_waits_too_long_is_told_and_the_lock_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.kernel.sqlite.WRITER_PATIENCE_SECONDS", 0.05)
    lock = WriterLock(tmp_path / "lock")
    lock.acquire()
    refused = []

    def second() -> None:
        try:
            lock.acquire()
        except DatabaseBusy:
            refused.append(True)

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert refused == [True]
    lock.release()
    lock.acquire()
    lock.release()
    lock.close()


@pytest.mark.sqlite_only
def test_another_process_that_holds_the_lock_does_not_stop_us_for_ever(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.kernel.sqlite.WRITER_PATIENCE_SECONDS", 0.3)
    holder = Database(f"sqlite:///{tmp_path}/db")
    waiter = Database(f"sqlite:///{tmp_path}/db")
    with holder.write_session() as held:
        held.scalar(select(func.count()))
        with waiter.write_session() as session, pytest.raises((DatabaseBusy, OperationalError)):
            session.scalar(select(func.count()))
    with waiter.write_session() as session:
        assert session.scalar(select(1)) == 1
    holder.close()
    waiter.close()


def test_commits_that_wait_together_share_one_sync(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first sync is under way; the commits that come meanwhile are served by one other, which began after them."""
    (tmp_path / "log").write_bytes(b"x")
    sync, began, go_on, calls = SharedSync(tmp_path / "log"), threading.Event(), threading.Event(), []

    def slow(_number: int) -> None:
        calls.append(1)
        began.set()
        assert go_on.wait(10)

    monkeypatch.setattr("lms.kernel.sqlite.os.fdatasync", slow)
    first = threading.Thread(target=sync.wait)
    first.start()
    assert began.wait(10)
    others = [threading.Thread(target=sync.wait) for _ in range(5)]
    for one in others:
        one.start()
    deadline = time.monotonic() + 10
    while sync._asked < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert all(one.is_alive() for one in others)  # none returns before a sync that began after it asked
    go_on.set()
    for one in (first, *others):
        one.join(10)
    assert len(calls) == 2
    sync.close()


def test_a_log_that_is_another_file_by_now_is_synced_under_its_name(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, synced = tmp_path / "log", []
    monkeypatch.setattr("lms.kernel.sqlite.os.fdatasync", lambda number: synced.append(os.fstat(number).st_ino))
    sync = SharedSync(log)
    sync.wait()  # there is none: everything has been copied, and synced by SQLite
    assert synced == []
    for content in (b"one", b"two"):
        (tmp_path / "new").write_bytes(content)
        (tmp_path / "new").replace(log)
        sync.wait()
        assert synced[-1] == log.stat().st_ino
    sync.close()


@pytest.mark.sqlite_only
def test_a_commit_returns_only_when_the_disk_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, seen = Database(f"sqlite:///{tmp_path}/one.db"), []
    real = os.fdatasync
    monkeypatch.setattr(
        "lms.kernel.sqlite.os.fdatasync", lambda number: seen.append(os.fstat(number).st_size) or real(number)
    )
    for statement in ("CREATE TABLE t (x)", "INSERT INTO t VALUES (1)"):
        with database.writing() as session, across_tenants(session, "a table of nobody"):
            session.execute(text(statement))
    assert len(seen) == 2
    assert seen[-1] == (tmp_path / "one.db-wal").stat().st_size  # nothing was written after it began
    with database.read_session() as session, across_tenants(session, "a table of nobody"):
        assert session.execute(text("SELECT x FROM t")).scalars().all() == [1]
    assert len(seen) == 2
    database.close()
