"""The engines under test, a platform on each, and contexts to call operations with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Table, event, insert, select, text

from lms.app import FEATURES, build_platform, create_app
from lms.courses.structure import forget_structures
from lms.kernel import jobs
from lms.kernel.context import Context
from lms.kernel.database import Base, TenantSession
from lms.kernel.i18n import speak
from lms.kernel.platform import Identity, Platform
from lms.kernel.site import fix_iri_prefix
from lms.kernel.web import SignedIn
from lms.settings import Settings
from tests import postgres
from tests.factories.world import DEVICES, World, make_world

PREFIX = "https://essai.invalid"


class TestClock:
    """A clock that a test moves."""

    __test__ = False

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        """Let time pass: `forward(days=3)`."""
        self.now += timedelta(**amount)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches the database runs on both engines."""
    if "engine_name" in metafunc.fixturenames:
        marks = metafunc.definition.iter_markers("sqlite_only")
        engines = ["sqlite"] if any(True for _ in marks) else ["sqlite", "postgresql"]
        metafunc.parametrize("engine_name", engines, scope="session")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of this worker's own."""
    server = postgres.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database_url(engine_name: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """An empty database of the engine under test."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db')}/lms.db"
    server: postgres.Server = request.getfixturevalue("postgresql_server")
    return server.create("lms_test")


@pytest.fixture(scope="session")
def shared_platform(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform with all features, its tables made once per engine and worker."""
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path_factory.mktemp("data"),
        secret_key="s" * 40,
        narrative_keys="c" * 43 + "=",
        development=True,
        workers=0,
    )
    platform = build_platform(settings, features=FEATURES)
    Base.metadata.create_all(platform.database.engine)
    yield platform
    platform.database.close()


@pytest.fixture
def clock() -> TestClock:
    """Monday 23 November 2026, 10:00 in Paris."""
    return TestClock()


def empty_tables(platform: Platform) -> None:
    """Empty the tables that a test has written to, and let ids begin at 1 again: most tests touch few."""
    with platform.database.engine.begin() as connection:
        if platform.database.is_sqlite:
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        for table in reversed(written_tables(connection)):
            connection.execute(text(f"DELETE FROM {table.name}"))
            if "id" in table.columns and not platform.database.is_sqlite:
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false)"))


def written_tables(connection: Connection) -> list[Table]:
    """The tables with rows in them, those that others refer to first."""
    tables = Base.metadata.sorted_tables
    found = " UNION ALL ".join(f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})" for table in tables)
    written = set(connection.execute(text(found)).scalars())
    return [table for table in tables if table.name in written]


@pytest.fixture
def platform(shared_platform: Platform, clock: TestClock, tmp_path: Path) -> Platform:
    """A platform whose tables are empty."""
    empty_tables(shared_platform)
    shared_platform.clock = clock
    shared_platform.forget()
    forget_structures()
    speak("fr")  # whatever a page of the test before was read in
    with shared_platform.database.writing() as session:
        fix_iri_prefix(session, PREFIX)
    return shared_platform


@dataclass(frozen=True, slots=True)
class KeptWorld:
    """A world and the rows that making it wrote."""

    world: World
    rows: list[tuple[Table, list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def kept_worlds(shared_platform: Platform) -> dict[datetime, KeptWorld]:
    """Moment → the world that operations made then: some four hundred statements, put back as they were by a dozen."""
    return {}


@pytest.fixture
def world(platform: Platform, kept_worlds: dict[datetime, KeptWorld]) -> World:
    """One organisation with a person in each role, and a second organisation beside it."""
    with platform.database.engine.connect() as connection:
        before = written_tables(connection)
    if [table.name for table in before] != ["kernel_site"]:  # a test has begun to write already
        return make_world(platform)
    now = platform.clock()
    if now not in kept_worlds:
        made = make_world(platform)
        with platform.database.engine.connect() as connection:
            written = [table for table in written_tables(connection) if table not in before]
            rows = [(one, [dict(row) for row in connection.execute(select(one)).mappings()]) for one in written]
        kept_worlds[now] = KeptWorld(made, rows)
    else:
        put_back(platform, kept_worlds[now].rows)
    return deepcopy(kept_worlds[now].world)


def put_back(platform: Platform, rows: list[tuple[Table, list[dict[str, Any]]]]) -> None:
    """Write rows as they were; the next ids come after theirs."""
    with platform.database.engine.begin() as connection:
        for table, some in rows:
            connection.execute(insert(table), some)
            if "id" in table.columns and not platform.database.is_sqlite:
                last = max(row["id"] for row in some)
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"))


@pytest.fixture
def acting(platform: Platform, world: World) -> Iterator[Callable[[str], Context]]:
    """`acting("trainer")`: a context that writes, as someone of the world; one at a time, as SQLite has one writer.

    What was not committed is rolled back when the next one acts, and at the end.
    """
    opened: list[TenantSession] = []

    def act(who: str, *, organisation: int | None = None) -> Context:
        membership = world.members[who]
        for earlier in opened:
            earlier.rollback()
        session = platform.database.write_session()
        opened.append(session)
        return platform.context_in(session, organisation or world.organisations[who], membership)

    yield act
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture(scope="session")
def shared_app(shared_platform: Platform) -> tuple[Flask, dict[str, Any]]:
    """The web application, its routes and templates compiled once per engine and worker; and its extensions at first."""
    made = create_app(shared_platform)
    return made, dict(made.extensions)


@pytest.fixture
def app(platform: Platform, shared_app: tuple[Flask, dict[str, Any]]) -> Flask:
    """The web application, which remembers nothing of the test before (tries of passwords, for one)."""
    made, extensions = shared_app
    made.extensions.clear()
    made.extensions.update(extensions)
    jobs.on_wake(lambda: None)  # no worker listens here; a test that wants one sweeps
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def signed_in_as(app: Flask, platform: Platform, world: World) -> Callable[[str], FlaskClient]:
    """`signed_in_as("trainer")`: a browser in which someone of the world is signed in, without a password being hashed.

    Three calls for one person give three devices.
    """
    keys: dict[str, Iterator[str]] = defaultdict(lambda: cycle(DEVICES))

    def sign_in(who: str) -> FlaskClient:
        device = next(keys[who])
        with platform.database.read_session(world.organisations[who]) as session:
            found = platform.identify(session, world.organisations[who], world.members[who], platform.clock(), device)
        assert isinstance(found, Identity)
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.permanent = True
            cookie["_user_id"] = SignedIn(replace(found, device=device)).get_id()
            cookie["_fresh"] = True
            cookie["language"] = found.language
        return browser

    return sign_in


@pytest.fixture
def count_queries(platform: Platform) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as sent:` the statements that reach the database inside, `len(sent)` of them."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        event.listen(platform.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(platform.database.engine, "before_cursor_execute", note)

    return counting
