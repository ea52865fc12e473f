"""Courses as staff see them: the list, one course with its versions, announced time, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.api import members
from lms.contract.types import Right
from lms.courses.data import CourseInfo, Structure
from lms.courses.models import DRAFT, PUBLISHED, Course, CourseVersion, Enrolment
from lms.courses.permissions import READ_COURSE
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

REMOTE = frozenset({"asynchronous", "live_online"})


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course in the list."""

    id: int
    key: str
    slug: str
    title: str
    number: int
    published_at: datetime | None
    has_draft: bool
    people: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version."""

    number: int
    published_at: datetime | None
    published_by: str
    people: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """Announced time, by the way it is lived."""

    remote: int
    together: int
    by_modality: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return self.remote + self.together


def course_row(ctx: Context, key: str) -> Course:
    """A course that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(select(Course).where(Course.key == key, ctx.visible(READ_COURSE, Course)))
    if found is None:
        raise NotFound
    return found


def course_by_key(ctx: Context, key: str) -> CourseInfo:
    """A course that the actor may read, in its latest published version, or `NotFound`; version 0 while none is published."""
    row = course_row(ctx, key)
    query = select(CourseVersion.id, CourseVersion.number).where(
        CourseVersion.course_id == row.id, CourseVersion.state == PUBLISHED
    )
    latest = ctx.session.execute(query.order_by(CourseVersion.number.desc()).limit(1)).one_or_none()
    return CourseInfo(row.id, row.key, row.slug, latest.id if latest else 0, latest.number if latest else 0)


def course_list(ctx: Context, right: Right = READ_COURSE) -> list[CourseLine]:
    """The courses that the actor may read, or on which they hold another right, by title."""
    people = dict(
        ctx.session.execute(
            select(Enrolment.course_id, func.count()).where(Enrolment.ended_at.is_(None)).group_by(Enrolment.course_id)
        ).all()
    )
    rows = ctx.session.execute(
        select(Course, CourseVersion.title, CourseVersion.number, CourseVersion.state, CourseVersion.published_at)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(ctx.visible(right, Course), Course.archived_at.is_(None))
        .order_by(CourseVersion.number)
    ).all()
    lines: dict[int, CourseLine] = {}
    for course, title, number, state, published_at in rows:
        before = lines.get(course.id)
        is_draft = state == DRAFT
        lines[course.id] = CourseLine(
            id=course.id,
            key=course.key,
            slug=course.slug,
            title=before.title if is_draft and before else title,
            number=(before.number if before else 0) if is_draft else number,
            published_at=(before.published_at if before else None) if is_draft else published_at,
            has_draft=is_draft or (before is not None and before.has_draft),
            people=people.get(course.id, 0),
        )
    return sorted(lines.values(), key=lambda line: line.title.casefold())


def version_lines(ctx: Context, course: Course) -> list[VersionLine]:
    """The published versions, the newest first, with how many people follow each."""
    people = dict(
        ctx.session.execute(
            select(Enrolment.version_id, func.count())
            .where(Enrolment.course_id == course.id, Enrolment.ended_at.is_(None))
            .group_by(Enrolment.version_id)
        ).all()
    )
    rows = ctx.session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id == course.id, CourseVersion.state == PUBLISHED)
        .order_by(CourseVersion.number.desc())
    ).all()
    names = members(ctx, [row.published_by_id for row in rows if row.published_by_id is not None])
    by = {owner: one.name for owner, one in names.items()}
    return [
        VersionLine(row.number, row.published_at, by.get(row.published_by_id or 0, ""), people.get(row.id, 0))
        for row in rows
    ]


def minutes_of(whole: Structure) -> Minutes:
    """How the announced time divides."""
    by_modality: dict[str, int] = {}
    for info in whole.activities.values():
        by_modality[info.modality] = by_modality.get(info.modality, 0) + info.minutes
    remote = sum(minutes for modality, minutes in by_modality.items() if modality in REMOTE)
    return Minutes(remote, sum(by_modality.values()) - remote, by_modality)


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """What feeds a criterion."""

    criterion: str
    activity_key: str
    title: str
    minimum: float | None


def coverage_lines(whole: Structure) -> list[CoverageLine]:
    """The coverage, with the names of activities and parts."""
    lines = []
    for entry in whole.coverage:
        owner, part = whole.parts.get(entry["activity"], (entry["activity"], ""))
        info = whole.activities.get(owner)
        title = " · ".join(name for name in (info.title if info else entry["activity"], part) if name)
        lines.append(CoverageLine(entry["criterion"], owner, title, entry.get("minimum")))
    return lines


def lasting(minutes: int) -> str:
    """A duration as people read it, on one line: `45 min`, `1 h 30`."""
    hours, rest = divmod(minutes, 60)
    words = ([str(hours), "h"] if hours else []) + (
        [f"{rest:02}"] if hours and rest else [] if hours else [str(rest), "min"]
    )
    return "\N{NO-BREAK SPACE}".join(words)
