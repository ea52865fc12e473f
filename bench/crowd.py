"""A group of people from whom nothing comes any more, for "Ce soir"."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bench.site import Site
from lms.accounts.api import ensure_person
from lms.contract.types import Role
from lms.courses.models import Course
from lms.courses.operations import assign_staff, create_cohort, enrol

PEOPLE = 200
DAYS = 20


def gone_quiet(site: Site) -> None:
    """Two hundred people in a group of their own, whom the demo's trainer accompanies, and who have not begun."""
    manager, trainer = site.members("responsable", "formateur")
    with site.platform.writing(site.organisation_id, manager) as ctx:
        course = ctx.session.scalars(select(Course).where(Course.key == site.course_key)).one()
        cohort = create_cohort(ctx, course=course, code="CALMES", name="Calmes")
        assign_staff(ctx, cohort=cohort, membership_id=trainer, role=Role.TRAINER)
        people = [
            ensure_person(ctx, given_name=f"Zoé{number}", email=f"zoe{number}@calme.test").id
            for number in range(PEOPLE)
        ]
        enrol(ctx, cohort=cohort, membership_ids=people, entered_at=ctx.now - timedelta(days=DAYS))
