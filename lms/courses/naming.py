"""How the trail and the page of roles tell courses, groups and enrolments: only what the reader may see has a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from lms.accounts.api import folded, people
from lms.contract.naming import NamedThing, Naming
from lms.contract.types import Scope
from lms.courses.holdings import REASONS
from lms.courses.models import PUBLISHED, Cohort, Course, CourseVersion, Enrolment
from lms.courses.permissions import READ_COHORT, READ_COURSE, STAFF_COHORT
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark

MOST_CHOICES = 200


def _cohorts(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    query = select(Cohort.id, Cohort.key, Cohort.name).where(
        Cohort.id.in_(sorted(ids)), ctx.visible(READ_COHORT, Cohort)
    )
    said = gettext("le groupe %(name)s")
    return {
        row.id: NamedThing(said % {"name": row.name}, "cohorts.cohort", row.key) for row in ctx.session.execute(query)
    }


def _cohorts_found(ctx: Context, key: str) -> Sequence[int]:
    return ctx.session.scalars(select(Cohort.id).where(Cohort.key == key, ctx.visible(STAFF_COHORT, Cohort))).all()


def _cohort_choices(ctx: Context) -> Sequence[tuple[str, str]]:
    query = select(Cohort.key, Cohort.name, Cohort.code).where(
        Cohort.archived_at.is_(None), ctx.visible(STAFF_COHORT, Cohort)
    )
    rows = ctx.session.execute(query.order_by(Cohort.created_at.desc(), Cohort.id.desc()).limit(MOST_CHOICES))
    return [(row.key, f"{row.name} ({row.code})") for row in rows]


def _courses(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    query = (
        select(Course.id, Course.key, CourseVersion.title)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(Course.id.in_(sorted(ids)), ctx.visible(READ_COURSE, Course))
        .order_by(CourseVersion.number)
    )
    return {row.id: NamedThing(row.title, "course_staff.course", row.key) for row in ctx.session.execute(query)}


def _courses_found(ctx: Context, key: str) -> Sequence[int]:
    return ctx.session.scalars(select(Course.id).where(Course.key == key, ctx.visible(READ_COURSE, Course))).all()


def _course_choices(ctx: Context) -> Sequence[tuple[str, str]]:
    rows = ctx.session.execute(
        select(Course.key, CourseVersion.title)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == PUBLISHED, Course.archived_at.is_(None), ctx.visible(READ_COURSE, Course))
        .order_by(CourseVersion.number)
    )
    return sorted({row.key: row.title for row in rows}.items(), key=lambda one: folded(one[1]))[:MOST_CHOICES]


def _versions(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    query = (
        select(CourseVersion.id, CourseVersion.title, CourseVersion.number, Course.key)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.id.in_(sorted(ids)), ctx.visible(READ_COURSE, Course))
    )
    said = gettext("%(title)s, version %(number)s")
    return {
        row.id: NamedThing(said % {"title": row.title, "number": row.number}, "course_staff.course", row.key)
        for row in ctx.session.execute(query)
    }


def _enrolments(ctx: Context, ids: Collection[int]) -> Mapping[int, NamedThing]:
    listed = people(ctx).subquery()
    query = (
        select(Enrolment.id, Enrolment.key, listed.c.given_name, listed.c.family_name)
        .join(listed, listed.c.membership_id == Enrolment.membership_id)
        .where(Enrolment.id.in_(sorted(ids)), ctx.visible(READ_COHORT, Enrolment))
    )
    return {
        row.id: NamedThing(gettext(f"{row.given_name} {row.family_name}".strip()), "cohorts.enrolment", row.key)
        for row in ctx.session.execute(query)
    }


def _enrolments_of(ctx: Context, membership_ids: Collection[int]) -> Sequence[int]:
    query = select(Enrolment.id).where(Enrolment.membership_id.in_(sorted(membership_ids)))
    return ctx.session.scalars(query).all()


def _reasons(_ctx: Context, codes: Collection[str]) -> Mapping[str, NamedThing]:
    return {code: NamedThing(gettext(REASONS[code])) for code in codes if code in REASONS}


NAMINGS = (
    Naming(("cohort_id",), mark("un groupe"), _cohorts, find=_cohorts_found, scope=Scope.COHORT, choices=_cohort_choices),
    Naming(("course_id",), mark("un parcours"), _courses, find=_courses_found, scope=Scope.COURSE, choices=_course_choices),
    Naming(("version_id",), mark("un parcours"), _versions),
    Naming(("enrolment_id",), mark("quelqu’un"), _enrolments, whose=_enrolments_of),
    Naming(("reason",), mark("sans raison notée"), _reasons),
)  # fmt: skip
