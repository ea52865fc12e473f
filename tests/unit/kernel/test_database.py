"""Sessions, the writer's turn, a full disk: what every feature stands on."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, StatementError

from lms.kernel.database import Database, DatabaseBusy, UTCDateTime, WriterLock, new_key
from lms.kernel.preferences import PreferenceRow
from lms.kernel.site import SiteRow

COUNT = 400 if os.environ.get("LMS_SOAK") else 25


def write(database, organisation, name):
    with database.writing(organisation) as session:
        session.scalar(select(func.count()).select_from(PreferenceRow))  # read first: a plain BEGIN would fail to turn
        session.add(PreferenceRow(organisation_id=organisation, name=name, value="1"))


def names(database, organisation):
    with database.read_session(organisation) as session:
        return list(session.scalars(select(PreferenceRow.name)))


def test_a_moment_without_a_zone_is_refused(engine_name, platform):
    with platform.database.read_session() as session, pytest.raises((StatementError, ValueError)):
        session.execute(select(SiteRow.id).where(func.coalesce(None, datetime(2026, 1, 1)) == None))  # noqa: DTZ001, E711
        UTCDateTime().process_bind_param(datetime(2026, 1, 1), platform.database.engine.dialect)  # noqa: DTZ001


def test_a_moment_comes_back_as_it_went_in_whatever_its_zone(engine_name, platform):
    dialect, kind = platform.database.engine.dialect, UTCDateTime()
    paris = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert kind.process_result_value(kind.process_bind_param(paris, dialect), dialect) == paris
    assert kind.process_result_value(kind.process_bind_param(paris, dialect), dialect).tzinfo == UTC


def test_keys_are_ten_characters_that_nobody_confuses():
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert not set("".join(keys)) & set("lo01")
    assert {len(key) for key in keys} == {10}


def test_what_a_reading_session_changed_is_lost(engine_name, platform, world):
    with platform.database.read_session(world.organisation) as session:
        if platform.database.is_sqlite:
            session.add(PreferenceRow(organisation_id=world.organisation, name="lost", value="1"))
            session.flush()
    assert names(platform.database, world.organisation) == []


def test_a_failure_writes_nothing(engine_name, platform, world):
    with pytest.raises(ZeroDivisionError), platform.database.writing(world.organisation) as session:
        session.add(PreferenceRow(organisation_id=world.organisation, name="half", value="1"))
        session.flush()
        _ = 1 // 0
    assert names(platform.database, world.organisation) == []
    write(platform.database, world.organisation, "after")
    assert names(platform.database, world.organisation) == ["after"]


@pytest.mark.soak
def test_threads_write_in_turn_and_none_hears_that_the_database_is_locked(engine_name, platform, world):
    failures = []

    def many(number):
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
def test_processes_write_in_turn(engine_name, platform, world):
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


@pytest.mark.sqlite_only
def test_a_full_disk_leaves_nothing_half_written_and_passes(engine_name, platform, world, tmp_path):
    database = platform.database
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    _limit(database, pages + 1)
    try:
        with pytest.raises(OperationalError, match="full"), database.writing(world.organisation) as session:
            for step in range(3000):
                session.add(PreferenceRow(organisation_id=world.organisation, name=f"{step}", value="x" * 100))
    finally:
        _limit(database, 1_073_741_823)
    assert names(database, world.organisation) == []
    write(database, world.organisation, "after")
    assert names(database, world.organisation) == ["after"]


def _limit(database, pages):
    """SQLite's own way of being full; it counts for each connection that is open."""
    database.engine.dispose()
    with database.engine.connect() as connection:
        connection.execute(text(f"PRAGMA max_page_count={pages}"))


def test_a_writer_that_waits_too_long_is_told_and_the_lock_stays_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("lms.kernel.database.WRITER_PATIENCE_SECONDS", 0.05)
    lock = WriterLock(tmp_path / "lock")
    lock.acquire()
    refused = []

    def second():
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
def test_another_process_that_holds_the_lock_does_not_stop_us_for_ever(engine_name, tmp_path, monkeypatch):
    monkeypatch.setattr("lms.kernel.database.WRITER_PATIENCE_SECONDS", 0.3)
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
