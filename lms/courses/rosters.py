"""Groups as staff see them: lists of groups, and the people of one with where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from lms.accounts.api import folded, people, staff_ids
from lms.courses.adjusting import is_expected
from lms.courses.data import Structure
from lms.courses.folds import DONE
from lms.courses.models import PUBLISHED, Cohort, Course, CourseVersion, Enrolment, Progress
from lms.courses.permissions import ENROL, READ_COHORT
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.statements import once_for

PAGE = 50
MOST_FOUND = 30
_CHUNK = 500
_TITLE = (
    select(CourseVersion.title)
    .where(CourseVersion.course_id == bindparam("course_id"))
    .order_by(CourseVersion.number.desc())
    .limit(1)
)
_DONE_BY = (
    select(
        Progress.enrolment_id,
        func.max(Progress.last_at).label("last_at"),
        func.aggregate_strings(case((Progress.status == DONE, Progress.activity_key)), " ").label("done"),
    )
    .where(Progress.enrolment_id.in_(bindparam("ids", expanding=True)))
    .group_by(Progress.enrolment_id)
)


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A group in the list."""

    key: str
    code: str
    name: str
    course_title: str
    place: str
    present: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Someone of a group: what is done of what is expected, and when they last did something."""

    enrolment_key: str
    person_key: str
    name: str
    entered_at: datetime
    ended_at: datetime | None
    end_reason: str
    paused_at: datetime | None
    said_reason: str
    version: int
    done: int
    total: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list, with how many there are in all."""

    lines: Sequence[Any]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def cohort_row(ctx: Context, key: str) -> Cohort:
    """A group that the actor may read, or `NotFound`."""
    query = once_for(
        ctx,
        READ_COHORT,
        "courses: cohort",
        lambda: select(Cohort).where(Cohort.key == bindparam("key"), ctx.visible(READ_COHORT, Cohort)),
    )
    found: Cohort | None = ctx.session.scalar(query, {"key": key})
    if found is None:
        raise NotFound
    return found


def enrolment_row(ctx: Context, key: str) -> Enrolment:
    """An enrolment that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(select(Enrolment).where(Enrolment.key == key, ctx.visible(READ_COHORT, Enrolment)))
    if found is None:
        raise NotFound
    return found


def cohort_list(ctx: Context, *, number: int = 1) -> Listed:
    """The groups that the actor may read, those that take people in first."""
    mine = ctx.visible(READ_COHORT, Cohort)
    total = ctx.session.scalar(select(func.count()).select_from(Cohort).where(mine)) or 0
    return Listed(_cohort_lines(ctx, _cohorts(ctx).offset((number - 1) * PAGE).limit(PAGE)), total, number)


def every_cohort(ctx: Context) -> list[CohortLine]:
    """All the groups that the actor may read, for a file."""
    return _cohort_lines(ctx, _cohorts(ctx))


def _cohorts(ctx: Context) -> Select[Any]:
    present = (
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.ended_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(
            Cohort.key,
            Cohort.code,
            Cohort.name,
            _latest_title(),
            Cohort.place,
            present,
            Cohort.archived_at.is_not(None),
        )
        .where(ctx.visible(READ_COHORT, Cohort))
        .order_by(Cohort.archived_at.is_not(None), Cohort.created_at.desc(), Cohort.id.desc())
    )


def _cohort_lines(ctx: Context, query: Select[Any]) -> list[CohortLine]:
    return [
        CohortLine(key, code, name, title or "", place, count, bool(closed))
        for key, code, name, title, place, count, closed in ctx.session.execute(query)
    ]


def course_title(ctx: Context, course_id: int) -> str:
    """The title of a course in its newest version."""
    return ctx.session.scalar(_TITLE, {"course_id": course_id}) or ""


def published_courses(ctx: Context) -> list[tuple[str, str]]:
    """(key, title) of the courses that people can follow."""
    rows = ctx.session.execute(
        select(Course.key, CourseVersion.title)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == PUBLISHED, Course.archived_at.is_(None))
        .order_by(CourseVersion.number)
    )
    return sorted({row.key: row.title for row in rows}.items(), key=lambda one: folded(one[1]))


def cohort_people(ctx: Context, cohort: Cohort, *, number: int = 1) -> Listed:
    """A page of the people of a group, those who are in it first. As many queries for 3 people as for 60."""
    which = {"cohort_id": cohort.id, "skipped": (number - 1) * PAGE, "most": PAGE}
    query = once_for(
        ctx,
        READ_COHORT,
        "courses: people",
        lambda: _people(ctx).offset(bindparam("skipped")).limit(bindparam("most")),
    )
    rows = ctx.session.execute(query, which).all()
    total = rows[0].of if rows else _number_of(ctx, cohort.id)
    return Listed(_person_lines(ctx, rows), total, number)


def everyone_in(ctx: Context, cohort: Cohort) -> Iterator[PersonLine]:
    """All the people of a group, for a file."""
    rows = ctx.session.execute(_people(ctx), {"cohort_id": cohort.id}).all()
    for start in range(0, len(rows), _CHUNK):
        yield from _person_lines(ctx, rows[start : start + _CHUNK])


def people_to_enrol(ctx: Context, cohort: Cohort, *, search: str) -> list[tuple[str, str]]:
    """(key, name) of members whose name has these words and who do not follow this course now; the first thirty.

    Without a search: those who are not staff. Who enrols in this group alone finds people by their whole name, and no
    staff: they are not told who else the organisation knows.
    """
    listed = people(ctx).subquery()
    following = select(Enrolment.id).where(
        Enrolment.course_id == cohort.course_id,
        Enrolment.membership_id == listed.c.membership_id,
        Enrolment.ended_at.is_(None),
    )
    words = folded(search[:100]).split()
    if ctx.holds_everywhere(ENROL):
        wanted = [listed.c.sort_name.contains(part, autoescape=True) for part in words]
    else:  # given name first or family name first
        wanted = [listed.c.sort_name.in_([" ".join(words[turn:] + words[:turn]) for turn in range(len(words))])]
    if not words or not ctx.holds_everywhere(ENROL):
        wanted.append(listed.c.membership_id.not_in(staff_ids(ctx)))
    query = select(listed.c.key, listed.c.given_name, listed.c.family_name).where(
        *wanted, listed.c.status != "ended", ~following.exists()
    )
    rows = ctx.session.execute(query.order_by(listed.c.sort_name, listed.c.membership_id).limit(MOST_FOUND))
    return [(row.key, f"{row.given_name} {row.family_name}".strip()) for row in rows]


def ids_to_enrol(ctx: Context, keys: Sequence[str]) -> list[int]:
    """Membership ids of people chosen in `people_to_enrol`."""
    found = member_ids(ctx, keys)
    if not ctx.holds_everywhere(ENROL) and not set(found).isdisjoint(staff_ids(ctx)):
        raise NotFound
    return found


def enrolments_of(ctx: Context, membership_id: int) -> list[tuple[str, str, datetime, datetime | None]]:
    """(key, name of the group, entry, end) of someone's enrolments that the actor may read, the newest first."""
    query = (
        select(Enrolment.key, Cohort.name, Enrolment.entered_at, Enrolment.ended_at)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.membership_id == membership_id, ctx.visible(READ_COHORT, Enrolment))
    )
    rows = ctx.session.execute(query.order_by(Enrolment.ended_at.is_not(None), Enrolment.id.desc()))
    return [(row.key, row.name, row.entered_at, row.ended_at) for row in rows]


def staff_to_assign(ctx: Context, *, search: str = "") -> list[tuple[str, str]]:
    """(key, name) of those who work for the organisation; of anyone by name, with a search."""
    listed = people(ctx).subquery()
    words = [listed.c.sort_name.contains(part, autoescape=True) for part in folded(search[:100]).split()]
    wanted = words or [listed.c.membership_id.in_(staff_ids(ctx))]
    query = select(listed.c.key, listed.c.given_name, listed.c.family_name).where(*wanted, listed.c.status != "ended")
    rows = ctx.session.execute(query.order_by(listed.c.sort_name, listed.c.membership_id).limit(_CHUNK))
    return [(row.key, f"{row.given_name} {row.family_name}".strip()) for row in rows]


def member_ids(ctx: Context, keys: Sequence[str]) -> list[int]:
    """Membership ids of these people; `NotFound` when one is not of the organisation."""
    listed = people(ctx).subquery()
    wanted = sorted(set(keys))[:_CHUNK]
    found = list(ctx.session.scalars(select(listed.c.membership_id).where(listed.c.key.in_(wanted))))
    if len(found) != len(wanted):
        raise NotFound
    return found


def _latest_title() -> Any:
    return (
        select(CourseVersion.title)
        .where(CourseVersion.course_id == Cohort.course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def _number_of(ctx: Context, cohort_id: int) -> int:
    mine = (Enrolment.cohort_id == cohort_id, ctx.visible(READ_COHORT, Enrolment))
    return ctx.session.scalar(select(func.count()).select_from(Enrolment).where(*mine)) or 0


def _people(ctx: Context) -> Select[Any]:
    """Those of the group `cohort_id`, those who are in it first."""
    listed = people(ctx).subquery()
    return (
        select(
            Enrolment.id,
            Enrolment.key,
            listed.c.key.label("person_key"),
            listed.c.given_name,
            listed.c.family_name,
            Enrolment.entered_at,
            Enrolment.ended_at,
            Enrolment.end_reason,
            Enrolment.paused_at,
            Enrolment.said_reason,
            Enrolment.adjusted,
            Enrolment.version_id,
            func.count().over().label("of"),
        )
        .join(listed, listed.c.membership_id == Enrolment.membership_id)
        .where(Enrolment.cohort_id == bindparam("cohort_id"), ctx.visible(READ_COHORT, Enrolment))
        .order_by(Enrolment.ended_at.is_not(None), listed.c.sort_name, Enrolment.id)
    )


def _expected(whole: Structure, adjusted: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key, info in whole.activities.items() if is_expected(info, adjusted))


def _person_lines(ctx: Context, rows: Sequence[Any]) -> list[PersonLine]:
    wholes = {version_id: structure(ctx, version_id) for version_id in {row.version_id for row in rows}}
    as_written = {version_id: _expected(whole, {}) for version_id, whole in wholes.items()}
    expected = {
        row.id: _expected(wholes[row.version_id], row.adjusted) if row.adjusted else as_written[row.version_id]
        for row in rows
    }
    done: dict[int, frozenset[str]] = {}
    last: dict[int, datetime] = {}
    for enrolment_id, last_at, keys in ctx.session.execute(_DONE_BY, {"ids": sorted(expected)}) if rows else ():
        last[enrolment_id], done[enrolment_id] = last_at, frozenset((keys or "").split())
    return [
        PersonLine(
            enrolment_key=row.key,
            person_key=row.person_key,
            name=f"{row.given_name} {row.family_name}".strip(),
            entered_at=row.entered_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
            paused_at=row.paused_at,
            said_reason=row.said_reason,
            version=wholes[row.version_id].number,
            done=len(done.get(row.id, frozenset()) & expected[row.id]),
            total=len(expected[row.id]),
            last_at=last.get(row.id),
        )
        for row in rows
    ]
