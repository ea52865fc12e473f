"""Works for who looks at them, and a person's project file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from lms.accounts.api import people
from lms.activities.assignment.data import Criterion, WorkInfo, WorkLine
from lms.activities.assignment.kind import KIND, WAYS, criteria_of, media_ways
from lms.activities.assignment.models import WAITING, Grade, Piece, Work, WorkVersion
from lms.activities.assignment.permissions import GRADE, READ
from lms.activities.assignment.works import stories
from lms.courses.api import EnrolmentInfo, content_of, own_enrolments, structure
from lms.kernel.context import Context
from lms.kernel.media import MediaRow
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound
from lms.kernel.statements import once_for

MOST_WAITING = 500
_ANY_IN_PROJECT = (
    select(Work.id)
    .where(Work.membership_id == bindparam("membership_id"), Work.project != "", Work.accepted_number.is_not(None))
    .limit(1)
)
_COUNTS = (
    select(Work.activity_key, func.max(Work.title), func.count().filter(Work.state == WAITING), func.count())
    .where(Work.cohort_id == bindparam("cohort_id"))
    .group_by(Work.activity_key)
    .order_by(func.min(Work.handed_at))
)


def ways_of(ctx: Context, enrolment: EnrolmentInfo, *, activity_key: str) -> tuple[str, ...]:
    """What may be sent for an activity; anything for one that is no longer there, so that nothing is lost."""
    info = structure(ctx, enrolment.version_id).activities.get(activity_key)
    if info is None or info.type != KIND.name:
        return tuple(WAYS[1:])
    body, _compiled = content_of(ctx, enrolment.version_id, key=activity_key)
    return media_ways(body)


def work_row(ctx: Context, key: str) -> Work:
    """A work that the actor may read as staff, or `NotFound`."""
    found = ctx.session.scalar(select(Work).where(Work.key == key, ctx.visible(READ, Work)))
    if found is None:
        raise NotFound
    return found


def work_of(ctx: Context, row: Work) -> tuple[WorkInfo, tuple[Criterion, ...]]:
    """A work with what is looked at in it, as it was when it was handed in last."""
    body, _compiled = content_of(ctx, row.version_id, key=row.activity_key)
    return stories(ctx, [row])[0], criteria_of(body)


def media_id_of(ctx: Context, work_key: str, *, media_key: str) -> int:
    """A photo, voice or file of a work: for the person, and for who may read their works. `NotFound` otherwise."""
    own = Work.membership_id == ctx.subject.membership_id
    found = ctx.session.scalar(
        select(Piece.media_id)
        .join(MediaRow, MediaRow.id == Piece.media_id)
        .outerjoin(Grade, Grade.id == Piece.grade_id)
        .join(WorkVersion, or_(WorkVersion.id == Piece.version_id, WorkVersion.id == Grade.version_id))
        .join(Work, Work.id == WorkVersion.work_id)
        .where(Work.key == work_key, MediaRow.key == media_key, or_(own, ctx.visible(READ, Work)))
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def works_to_grade(ctx: Context, *, number: int = 1, activity_key: str = "") -> Listed[WorkLine]:
    """A page of the works that wait for someone like the actor, those that wait longest first."""
    where = _waiting(ctx, activity_key)
    total = ctx.session.scalar(select(func.count()).select_from(Work).where(*where)) or 0
    rows = ctx.session.execute(_lines(ctx, where).offset((number - 1) * PAGE).limit(PAGE))
    return Listed([WorkLine(*row) for row in rows], total, number)


def all_waiting(ctx: Context) -> list[WorkLine]:
    """The works that the actor may grade, in one query; the 500 that wait longest."""
    query = once_for(ctx, GRADE, "assignment: waiting", lambda: _lines(ctx, _waiting(ctx, "")).limit(MOST_WAITING))
    return [WorkLine(*row) for row in ctx.session.execute(query)]


def waiting_counts(ctx: Context, cohort_id: int) -> dict[str, tuple[str, int, int]]:
    """Activity key → (title, works that wait, works in all) of a group. The caller has asked for the right."""
    rows = ctx.session.execute(_COUNTS, {"cohort_id": cohort_id})
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def next_waiting(ctx: Context, row: Work, *, activity_key: str = "") -> str:
    """The key of the work to grade after this one, from the one that waits longest again at the end; "" when none waits."""
    where = [*_waiting(ctx, activity_key), Work.id != row.id]
    later = or_(Work.handed_at > row.handed_at, and_(Work.handed_at == row.handed_at, Work.id > row.id))
    query = select(Work.key).where(*where).order_by(later.desc(), Work.handed_at, Work.id).limit(1)
    return ctx.session.scalar(query) or ""


def works_of_person(ctx: Context, membership_id: int) -> list[WorkLine]:
    """Someone's works that the actor may read, the latest first."""
    query = _lines(ctx, [Work.membership_id == membership_id, ctx.visible(READ, Work)]).order_by(None)
    return [WorkLine(*row) for row in ctx.session.execute(query.order_by(Work.handed_at.desc()).limit(PAGE))]


def own_project(ctx: Context) -> list[WorkInfo]:
    """The subject's accepted works that have a place in their project file, in the order of their path."""
    query = select(Work).where(
        Work.membership_id == ctx.subject.membership_id, Work.project != "", Work.accepted_number.is_not(None)
    )
    rows = ctx.session.scalars(query.order_by(Work.id)).all()
    if not rows:
        return []
    places = {
        (enrolment.id, key): (number, place)
        for number, (enrolment, _course) in enumerate(own_enrolments(ctx))
        for place, key in enumerate(structure(ctx, enrolment.version_id).activities)
    }
    last = (len(places), 0)  # what is no longer in the path stands at the end
    return sorted(stories(ctx, rows), key=lambda one: places.get((one.enrolment_id, one.activity_key), last))


def has_project(ctx: Context) -> bool:
    """Whether anything stands in the subject's project file."""
    return ctx.session.scalar(_ANY_IN_PROJECT, {"membership_id": ctx.subject.membership_id}) is not None


def _waiting(ctx: Context, activity_key: str) -> list[Any]:
    here = people(ctx).subquery()
    is_here = Work.membership_id.in_(select(here.c.membership_id).where(here.c.status != "ended"))
    where = [Work.state == WAITING, is_here, ctx.visible(GRADE, Work)]
    return [*where, Work.activity_key == activity_key] if activity_key else where


def _lines(ctx: Context, where: Sequence[Any]) -> Select[Any]:
    named = people(ctx).subquery()
    name = func.trim(named.c.given_name + " " + named.c.family_name)
    columns = (Work.key, name, Work.title, Work.state, Work.number, Work.handed_at, Work.membership_id)
    return (
        select(*columns)
        .join(named, named.c.membership_id == Work.membership_id)
        .where(*where)
        .order_by(Work.handed_at, Work.id)
    )
