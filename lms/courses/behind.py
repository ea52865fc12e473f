"""Who still follows an earlier version of a course than the one in force."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from lms.courses.models import PUBLISHED, Cohort, Course, CourseVersion, Enrolment
from lms.courses.permissions import PUBLISH_COURSE, READ_COHORT
from lms.kernel.context import Context
from lms.kernel.rights import NotFound


@dataclass(frozen=True, slots=True)
class GroupBehind:
    """A group with people on an earlier version."""

    key: str
    name: str
    people: int


def version_in_force(ctx: Context, course_key: str) -> CourseVersion:
    """The version in force of a course that the actor may publish, or `NotFound`."""
    found = ctx.session.scalar(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == course_key, CourseVersion.state == PUBLISHED, ctx.visible(PUBLISH_COURSE, Course))
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def groups_behind(ctx: Context, version: CourseVersion) -> list[GroupBehind]:
    """The groups with people on an earlier version, by name."""
    rows = ctx.session.execute(
        select(Cohort.key, Cohort.name, func.count())
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(
            Enrolment.course_id == version.course_id,
            Enrolment.version_id != version.id,
            Enrolment.ended_at.is_(None),
            ctx.visible(READ_COHORT, Cohort),
        )
        .group_by(Cohort.key, Cohort.name)
        .order_by(Cohort.name)
    )
    return [GroupBehind(*row) for row in rows]


def ids_behind(ctx: Context, version: CourseVersion, *, cohort_key: str) -> list[int]:
    """The present enrolments of a group on an earlier version."""
    return list(
        ctx.session.scalars(
            select(Enrolment.id)
            .join(Cohort, Cohort.id == Enrolment.cohort_id)
            .where(
                Cohort.key == cohort_key,
                Enrolment.course_id == version.course_id,
                Enrolment.version_id != version.id,
                Enrolment.ended_at.is_(None),
                ctx.visible(READ_COHORT, Enrolment),
            )
            .order_by(Enrolment.id)
        )
    )
