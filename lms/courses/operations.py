"""Writes on cohorts and enrolments, and what learners say of themselves: check, change, tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from lms.accounts.api import end_grant, grant_role, grants_on, lock_memberships, members, roles_of
from lms.contract.types import ActivityType, Role, Scope, Source
from lms.courses.data import Declared, EnrolmentInfo
from lms.courses.events import (
    ActivityOpened,
    CohortChanged,
    CohortClosed,
    CohortCreated,
    CohortReopened,
    EnrolmentMoved,
    PersonEnrolled,
    StaffAssigned,
    StaffReleased,
)
from lms.courses.leaving import note_change, resume_enrolment
from lms.courses.models import MOVED, Cohort, Course, CourseVersion, Enrolment, Opening, Progress
from lms.courses.permissions import ENROL, MANAGE_COHORT, OPEN_ACTIVITY, PUBLISH_COURSE, STAFF_COHORT
from lms.courses.publishing import latest_published
from lms.courses.queries import play
from lms.courses.reasons import VOID_REASONS
from lms.courses.structure import structure
from lms.courses.telling import outcome_of, say
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.xapi.api import COMPLETED, VOID, Intent, Outcome, Refused, batch, mark_stale, record, void_under_registration

COHORT_ROLES = (Role.TRAINER, Role.COACH)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}")


class CodeTaken(Exception):
    """Another group of the organisation has this code."""

    def __init__(self, cohort: Cohort) -> None:
        super().__init__(cohort.code)
        self.cohort = cohort


class WrongCode(Exception):
    """A code is 2 to 40 letters without accents, digits, dots, hyphens or underscores."""


class NotPublished(Exception):
    """The course has no published version: nobody can enter it yet."""


class CohortIsClosed(Exception):
    """The group takes nobody in any more."""


class ElsewhereAlready(Exception):
    """Some of these people follow this course in another group: `names` says who."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


# ------------------------------------------------------------------------------------------------------------ cohorts


def create_cohort(
    ctx: Context, *, course: Course, code: str, name: str, place: str = "", is_open_ended: bool = True
) -> Cohort:
    """Create a group that follows a course."""
    ctx.require(MANAGE_COHORT, on=course)
    if not _CODE.fullmatch(code):
        raise WrongCode(code)
    same = ctx.session.scalar(select(Cohort).where(Cohort.code == code))
    if same is not None:
        raise CodeTaken(same)
    cohort = Cohort(
        code=code,
        name=name.strip()[:200],
        course_id=course.id,
        open_ended=is_open_ended,
        place=place.strip()[:200],
        created_at=ctx.now,
    )
    ctx.session.add(cohort)
    ctx.session.flush()
    ctx.tell(CohortCreated(cohort_id=cohort.id, course_id=course.id))
    return cohort


def change_cohort(ctx: Context, *, cohort: Cohort, name: str, place: str) -> None:
    """Change what a group is called and where it meets."""
    ctx.require(ENROL, on=cohort)
    name, place = name.strip()[:200] or cohort.name, place.strip()[:200]
    if (name, place) != (cohort.name, cohort.place):
        cohort.name, cohort.place = name, place
        ctx.tell(CohortChanged(cohort_id=cohort.id))


def close_cohort(ctx: Context, *, cohort: Cohort) -> None:
    """Take nobody in any more; those who are in go on."""
    ctx.require(MANAGE_COHORT, on=cohort)
    if cohort.archived_at is None:
        cohort.archived_at = ctx.now
        ctx.tell(CohortClosed(cohort_id=cohort.id))


def reopen_cohort(ctx: Context, *, cohort: Cohort) -> None:
    """Take people in again."""
    ctx.require(MANAGE_COHORT, on=cohort)
    if cohort.archived_at is not None:
        cohort.archived_at = None
        ctx.tell(CohortReopened(cohort_id=cohort.id))


def assign_staff(
    ctx: Context,
    *,
    cohort: Cohort,
    membership_id: int,
    role: Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Someone trains or accompanies this group alone, between two moments."""
    ctx.require(STAFF_COHORT, on=cohort)
    if role not in COHORT_ROLES or not members(ctx, [membership_id]):
        raise NotFound
    lock_memberships(ctx, [membership_id])
    held = grants_on(ctx, scope=Scope.COHORT, scope_id=cohort.id)
    if any((one.membership_id, one.role) == (membership_id, role) for one in held):
        return
    grant_role(
        ctx,
        membership_id=membership_id,
        role=role,
        scope=Scope.COHORT,
        scope_id=cohort.id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    ctx.tell(StaffAssigned(cohort_id=cohort.id, membership_id=membership_id, role=role))


def release_staff(ctx: Context, *, cohort: Cohort, grant_key: str) -> None:
    """Someone no longer trains or accompanies this group; that they did, and when, stays known."""
    ctx.require(STAFF_COHORT, on=cohort)
    held = {one.key: one for one in grants_on(ctx, scope=Scope.COHORT, scope_id=cohort.id)}
    if grant_key in held:
        end_grant(ctx, grant_id=held[grant_key].id)
        ctx.tell(StaffReleased(cohort_id=cohort.id, membership_id=held[grant_key].membership_id))


# --------------------------------------------------------------------------------------------------------- enrolments


def enrol(
    ctx: Context, *, cohort: Cohort, membership_ids: Iterable[int], entered_at: datetime | None = None
) -> list[Enrolment]:
    """People enter a group, on the version in force; who is in it stays as they are, who had left takes it up again."""
    ctx.require(ENROL, on=cohort)
    if cohort.archived_at is not None:
        raise CohortIsClosed
    version = latest_published(ctx, cohort.course_id)
    if version is None:
        raise NotPublished
    ids = sorted(set(membership_ids))
    people = members(ctx, ids)
    if len(people) != len(ids):
        raise NotFound
    lock_memberships(ctx, ids)
    known = _enrolments_of(ctx, cohort.course_id, ids)
    elsewhere = {row.membership_id for row in known if row.cohort_id != cohort.id and row.ended_at is None}
    if elsewhere:
        raise ElsewhereAlready(sorted(people[owner].name for owner in elsewhere))
    here = {row.membership_id: row for row in known if row.cohort_id == cohort.id}
    for row in here.values():
        if row.ended_at is not None:
            resume_enrolment(ctx, enrolment=row)
    entered = [_enter(ctx, cohort, version, owner, entered_at or ctx.now) for owner in ids if owner not in here]
    ctx.session.flush()
    _follow(ctx, [row.membership_id for row in entered])
    for row in entered:
        note_change(ctx, row, "entered", {"version": version.number})
        ctx.tell(PersonEnrolled(enrolment_id=row.id, membership_id=row.membership_id, cohort_id=cohort.id))
    if entered:
        ctx.registry.enrolment_moved(ctx, [row.id for row in entered])
    return [*here.values(), *entered]


def _enrolments_of(ctx: Context, course_id: int, ids: Sequence[int]) -> Sequence[Enrolment]:
    query = select(Enrolment).where(Enrolment.course_id == course_id, Enrolment.membership_id.in_(ids))
    return ctx.session.scalars(query.order_by(Enrolment.id).execution_options(populate_existing=True)).all()


def _enter(ctx: Context, cohort: Cohort, version: CourseVersion, membership_id: int, entered_at: datetime) -> Enrolment:
    row = Enrolment(
        membership_id=membership_id,
        cohort_id=cohort.id,
        course_id=cohort.course_id,
        version_id=version.id,
        entered_at=entered_at,
        end_reason="",
    )
    ctx.session.add(row)
    return row


def _follow(ctx: Context, ids: Sequence[int]) -> None:
    """Who enters a course may follow it."""
    roles = roles_of(ctx, ids) if ids else {}
    for owner in ids:
        if Role.LEARNER not in roles.get(owner, ()):
            grant_role(ctx, membership_id=owner, role=Role.LEARNER, scope=Scope.PERSON)


def open_activity(ctx: Context, *, enrolment: Enrolment, activity_key: str) -> None:
    """A trainer's word opens an activity for someone."""
    ctx.require(OPEN_ACTIVITY, on=enrolment)
    if activity_key not in structure(ctx, enrolment.version_id).activities or ctx.actor is None:
        raise NotFound
    lock_memberships(ctx, [enrolment.membership_id])
    same = select(Opening.id).where(Opening.enrolment_id == enrolment.id, Opening.activity_key == activity_key)
    if ctx.session.scalar(same) is not None:
        return
    ctx.session.add(
        Opening(
            enrolment_id=enrolment.id,
            activity_key=activity_key,
            opened_at=ctx.now,
            opened_by_id=ctx.actor.membership_id,
        )
    )
    ctx.tell(ActivityOpened(enrolment_id=enrolment.id, activity_key=activity_key))


def void_facts(ctx: Context, *, enrolment: EnrolmentInfo, statement_ids: Iterable[str], reason: str) -> None:
    """What was noted of an enrolment is wrong: it stays in the ledger, marked so, and no longer counts."""
    ctx.require(VOID, on=enrolment)
    if reason not in VOID_REASONS:
        raise NotFound
    with batch(ctx):
        for statement_id in statement_ids:
            void_under_registration(ctx, statement_id, registration=enrolment.uuid, reason=reason)


def move_enrolments(ctx: Context, *, enrolments: Iterable[Enrolment], version: CourseVersion) -> int:
    """Enrolments follow another version of their course; their figures are computed again. Returns how many moved."""
    moving = sorted((row for row in enrolments if row.version_id != version.id), key=lambda row: row.id)
    for row in moving:
        ctx.require(PUBLISH_COURSE, on=row)
        if row.course_id != version.course_id or version.published_at is None:
            raise NotFound
    if not moving:
        return 0
    lock_memberships(ctx, {row.membership_id for row in moving})
    present = select(Enrolment).where(Enrolment.id.in_([row.id for row in moving]), Enrolment.version_id != version.id)
    query = present.order_by(Enrolment.id).execution_options(populate_existing=True)
    moving = list(ctx.session.scalars(query))  # someone else may just have moved some of them
    stored = select(Progress.enrolment_id, Progress.activity_key).where(
        Progress.enrolment_id.in_([row.id for row in moving])
    )
    uuids = {row.id: row.uuid for row in moving}
    stale = {(uuids[one.enrolment_id], one.activity_key) for one in ctx.session.execute(stored)}
    stale |= {(row.uuid, key) for row in moving for key in structure(ctx, version.id).activities}
    for row in moving:
        note_change(ctx, row, MOVED, {"from": row.version_id, "to": version.id})
        row.version_id = version.id
        ctx.tell(EnrolmentMoved(enrolment_id=row.id, version_id=version.id))
    ctx.session.flush()
    mark_stale(ctx, "progress", stale)
    ctx.registry.enrolment_moved(ctx, [row.id for row in moving])
    return len(moving)


# --------------------------------------------------------------------------------------------------------------- acts


def declare_done(ctx: Context, *, intent: Intent, kind: ActivityType, payload: Declared) -> Outcome:
    """Record that the subject has read or seen an activity of this kind, as their device says, with the time it measured."""
    found = play(ctx, payload.activity)
    if found.info.type != kind.name:
        raise Refused("unreadable")
    outcome = outcome_of(found, intent)
    record(
        ctx,
        [
            say(
                ctx,
                found,
                intent,
                0,
                kind=kind,
                verb=COMPLETED,
                source=Source.LEARNER_DEVICE,
                completion=True,
                seconds=payload.seconds,
            )
        ],
    )
    return outcome
