"""One line of migrations, up and down, with data, without drift."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from lms.accounts.models import Identifier, Membership
from lms.app import build_platform
from lms.courses.models import CourseVersion
from lms.kernel.database import Base
from lms.kernel.events import EventRow, EventThing
from lms.kernel.migrating import alembic_config, migrate_database
from lms.kernel.preferences import PreferenceRow
from lms.settings import Settings
from tests.factories.content import publish_fixture
from tests.factories.world import make_world


@pytest.fixture
def empty_platform(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest):
    if engine_name == "sqlite":
        url = f"sqlite:///{tmp_path}/migrated.db"
    else:
        url = request.getfixturevalue("postgresql_server").create("lms_migrated")
    platform = build_platform(Settings(database_url=url, data_dir=tmp_path, secret_key="s" * 40, development=True))
    yield platform
    platform.database.close()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_models_and_the_migrations_say_the_same(empty_platform) -> None:
    migrate_database(empty_platform)
    with empty_platform.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_go_up_and_down_with_data_in_them(empty_platform) -> None:
    migrate_database(empty_platform)
    world = make_world(empty_platform)
    with empty_platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalars(select(Membership)).all()) == 7
    migrate_database(empty_platform, "base")
    assert set(inspect(empty_platform.database.engine).get_table_names()) <= {"alembic_version"}
    migrate_database(empty_platform)
    make_world(empty_platform)


def test_each_migration_goes_back_and_forth_with_data_in_it(empty_platform) -> None:
    migrate_database(empty_platform)
    line = [one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    world = make_world(empty_platform)
    publish_fixture(empty_platform, world)
    for revision in line[1:]:
        migrate_database(empty_platform, revision)
        with empty_platform.database.engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == revision
    migrate_database(empty_platform)
    with empty_platform.reading(world.organisation) as ctx:
        assert len(ctx.session.scalars(select(Membership)).all()) == 7
        assert len(ctx.session.scalars(select(EventRow)).all()) > 7
        assert [one.digest for one in ctx.session.scalars(select(CourseVersion))] == [""]


def test_what_was_there_twice_is_there_once_and_old_events_are_found(empty_platform) -> None:
    """The e-mail that was proved stays; so does the value written last; the trail knows whom events of before are about."""
    migrate_database(empty_platform)
    world = make_world(empty_platform)
    migrate_database(empty_platform, "20261122_2242_add_offer")
    me, organisation = world.members["learner"], world.organisation
    with empty_platform.database.engine.begin() as connection:
        for verified in ("NULL", "'2026-11-01 10:00:00'", "NULL"):
            connection.execute(
                text("INSERT INTO accounts_person (language, epoch, easy_reading) VALUES ('fr', 1, false)")
            )
            connection.execute(
                text(
                    "INSERT INTO accounts_identifier (person_id, kind, value, verified_at)"
                    f" SELECT max(id), 'email', 'deux@essai.test', {verified} FROM accounts_person"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO accounts_identifier (person_id, kind, value)"
                    " SELECT max(id), 'phone', '+33612345678' FROM accounts_person"
                )
            )
        for value in ("7", "14"):
            for whose in ("NULL", str(me)):
                connection.execute(
                    text(
                        "INSERT INTO kernel_preference (organisation_id, membership_id, name, value)"
                        f" VALUES ({organisation}, {whose}, 'a', '{value}')"
                    )
                )
    migrate_database(empty_platform)
    with empty_platform.reading(organisation) as ctx:
        kept = ctx.session.scalars(select(Identifier).where(Identifier.value == "deux@essai.test")).one()
        assert kept.verified_at is not None
        assert len(ctx.session.scalars(select(Identifier).where(Identifier.kind == "phone")).all()) == 3
        found = ctx.session.scalars(select(PreferenceRow).order_by(PreferenceRow.id)).all()
        assert [(one.membership_id, one.value) for one in found] == [(None, "14"), (me, "14")]
        about = ctx.session.scalars(select(EventThing.event_id).where(EventThing.thing_id == me)).all()
        of_before = ctx.session.scalars(select(EventRow)).all()
        assert set(about) == {one.id for one in of_before if one.data.get("membership_id") == me} != set()


def test_the_names_of_migrations_fit_in_the_database() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert [one.revision for one in script.walk_revisions() if len(one.revision) > 32] == []
