"""A platform filled by the demo, and what making it cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.api import organisations
from lms.accounts.devices import add_device, forget_devices
from lms.accounts.models import Identifier, Membership
from lms.app import build_platform, create_app
from lms.courses.models import Cohort, Course, Enrolment
from lms.demo.operations import fill_demo
from lms.kernel.migrating import migrate_database
from lms.kernel.platform import Platform
from lms.kernel.tenancy import across_tenants
from lms.settings import Settings
from lms.xapi.models import StatementRow
from lms.xapi.replay import check


@dataclass
class Site:
    """A filled platform."""

    platform: Platform
    app: Flask
    learners: int
    seconds: float
    statements: int
    differences: int
    replay_seconds: float
    organisation_id: int
    course_key: str
    cohort_key: str

    def signed_in(self, name: str) -> FlaskClient:
        """A browser in which a demo account is signed in, without the password's hash."""
        return self.browser_of(self.members(name)[0])

    def members(self, *names: str) -> list[int]:
        """The memberships of demo accounts."""
        with self.platform.database.read_session() as session, across_tenants(session, "bench"):
            return [
                session.scalars(
                    select(Membership.id)
                    .join(Identifier, Identifier.person_id == Membership.person_id)
                    .where(Identifier.value == f"{name}@demo.test")
                ).one()
                for name in names
            ]

    def learners_browsers(self, number: int) -> list[FlaskClient]:
        """Browsers in which so many learners are signed in."""
        with self.platform.reading(self.organisation_id) as ctx:
            members = ctx.session.scalars(select(Enrolment.membership_id).order_by(Enrolment.id).limit(number)).all()
        return [self.browser_of(membership) for membership in members]

    def browser_of(self, membership: int) -> FlaskClient:
        """A browser in which a membership is signed in."""
        with self.platform.writing(self.organisation_id, membership) as ctx:
            forget_devices(ctx, membership_id=membership)
            add_device(ctx, key="1", way="password", kind="computer")
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{self.organisation_id}:{membership}:1"
            cookie["_fresh"] = True
        return client


@contextmanager
def made(folder: Path, learners: int, *, database_url: str = "") -> Iterator[Site]:
    """Make the demo from nothing, as `lms demo --learners N` does, then replay it."""
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        secret_key="b" * 40,
        narrative_keys="c" * 43 + "=",
        development=True,
        log_level="WARNING",
    )
    platform = build_platform(settings)
    migrate_database(platform)
    before = time.monotonic()
    fill_demo(platform, learners=learners)
    seconds = time.monotonic() - before
    with platform.database.read_session() as session:
        organisation_id = organisations(session)[0].id
    before = time.monotonic()
    with platform.reading(organisation_id) as ctx:
        differences = sum(1 for figure in ctx.registry.figures for _one in check(ctx, figure))
        statements = ctx.session.scalar(select(func.count()).select_from(StatementRow)) or 0
        course = ctx.session.scalars(select(Course.key)).one()
        cohort = ctx.session.scalars(select(Cohort.key).order_by(Cohort.id)).first() or ""
    yield Site(
        platform,
        create_app(platform),
        learners,
        seconds,
        statements,
        differences,
        time.monotonic() - before,
        organisation_id,
        course,
        cohort,
    )
    platform.database.close()
