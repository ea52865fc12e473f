"""Reads of courses, enrolments and progress."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from lms.contract.types import ActivityView, PlayState
from lms.courses.data import EnrolmentInfo, Play, ProgressInfo, Structure
from lms.courses.models import ActivityRow, Course, Enrolment, Opening, Progress
from lms.courses.opening import due_at, opened
from lms.courses.permissions import LEARN
from lms.courses.progress import activity_iri
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

ENROLMENT_COLUMNS = tuple(
    getattr(Enrolment, name)
    for name in (
        "id",
        "key",
        "uuid",
        "membership_id",
        "cohort_id",
        "course_id",
        "version_id",
        "entered_at",
        "ended_at",
        "end_reason",
    )
)
_OWN = (
    select(*ENROLMENT_COLUMNS, Course.key.label("course_key"))
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.membership_id == bindparam("membership_id"))
    .order_by(Enrolment.ended_at.is_not(None), Enrolment.id.desc())
)
_PROGRESS = select(
    Progress.activity_key,
    Progress.status,
    Progress.best,
    Progress.last,
    Progress.attempts,
    Progress.seconds,
    Progress.first_at,
    Progress.last_at,
    Progress.done_at,
).where(Progress.enrolment_id == bindparam("enrolment_id"))
_OPENINGS = select(Opening.activity_key).where(Opening.enrolment_id == bindparam("enrolment_id"))
_CONTENT = select(ActivityRow.body, ActivityRow.compiled).where(
    ActivityRow.version_id == bindparam("version_id"), ActivityRow.key == bindparam("key")
)


def own_enrolments(ctx: Context) -> list[tuple[EnrolmentInfo, str]]:
    """The subject's enrolments with the key of their course: the present ones first, then the ended ones."""
    rows = ctx.session.execute(_OWN, {"membership_id": ctx.subject.membership_id}).all()
    return [(EnrolmentInfo(*row[:-1]), row.course_key) for row in rows]


def own_enrolment(ctx: Context, course_key: str) -> EnrolmentInfo:
    """The subject's enrolment in a course, or `NotFound`."""
    for enrolment, key in own_enrolments(ctx):
        if key == course_key:
            ctx.require(LEARN, on=_Owned(enrolment.membership_id))
            return enrolment
    raise NotFound


class _Owned:
    """What the right to learn looks at: whose enrolment it is."""

    __scopes__ = {"person": "membership_id"}

    def __init__(self, membership_id: int) -> None:
        self.membership_id = membership_id


def progress_of(ctx: Context, enrolment_id: int) -> dict[str, ProgressInfo]:
    """Activity key → figure."""
    rows = ctx.session.execute(_PROGRESS, {"enrolment_id": enrolment_id})
    return {row.activity_key: ProgressInfo(*row) for row in rows}


def openings_of(ctx: Context, enrolment_id: int) -> frozenset[str]:
    """Activities that a trainer's word has opened."""
    return frozenset(ctx.session.scalars(_OPENINGS, {"enrolment_id": enrolment_id}))


def content_of(ctx: Context, version_id: int, key: str) -> Any:
    """(body, compiled) of an activity."""
    found = ctx.session.execute(_CONTENT, {"version_id": version_id, "key": key}).one_or_none()
    if found is None:
        raise NotFound
    return found


def play(ctx: Context, activity_key: str, *, course_key: str | None = None) -> Play:
    """The subject in front of an activity of a course they follow, or `NotFound`."""
    for enrolment, key in own_enrolments(ctx):
        if course_key in (None, key) and activity_key in structure(ctx, enrolment.version_id).activities:
            ctx.require(LEARN, on=_Owned(enrolment.membership_id))
            return play_in(ctx, enrolment, activity_key)
    raise NotFound


def play_in(ctx: Context, enrolment: EnrolmentInfo, activity_key: str) -> Play:
    """Someone in front of an activity of one of their enrolments. The caller has asked for the right."""
    whole = structure(ctx, enrolment.version_id)
    info = whole.activities.get(activity_key)
    if info is None:
        raise NotFound
    body, compiled = content_of(ctx, enrolment.version_id, activity_key)
    progress = progress_of(ctx, enrolment.id)
    zone = ctx.here.timezone
    door = opened(
        info,
        entered_at=enrolment.entered_at,
        now=ctx.now,
        zone=zone,
        progress=progress,
        granted=openings_of(ctx, enrolment.id),
    )
    due = due_at(info, entered_at=enrolment.entered_at, zone=zone)
    own = progress.get(activity_key)
    view = ActivityView(
        key=activity_key,
        title=info.title,
        body=body,
        compiled=compiled,
        iri=activity_iri(ctx, activity_key),
        course_key=whole.course_key,
        version=whole.number,
        version_id=whole.version_id,
        modality=info.modality,
        minutes=info.minutes,
    )
    return Play(
        enrolment=enrolment,
        activity=view,
        info=info,
        state=_state(enrolment, activity_key, own),
        is_open=door.is_open,
        closed_because=door.because,
        opens_at=door.at,
        due_at=due,
        is_late=bool(due and ctx.now > due) or enrolment.ended_at is not None,
    )


def _state(enrolment: EnrolmentInfo, activity_key: str, own: ProgressInfo | None) -> PlayState:
    attempts = own.attempts if own else 0
    return PlayState(
        enrolment_id=enrolment.id,
        registration=enrolment.uuid,
        status=own.status if own else "",
        attempts=attempts,
        best=own.best if own else None,
        seed=f"{enrolment.uuid}:{activity_key}:{attempts + 1}",
    )


def enrolments_by_id(ctx: Context, ids: Iterable[int]) -> dict[int, EnrolmentInfo]:
    """Enrolments, in one query. The caller asks for the right."""
    rows = ctx.session.execute(select(*ENROLMENT_COLUMNS).where(Enrolment.id.in_(sorted(set(ids)))))
    return {row.id: EnrolmentInfo(*row) for row in rows}


def next_activity(whole: Structure, progress: dict[str, ProgressInfo], closed: Iterable[str]) -> str | None:
    """The key of the first expected activity that is open and not done."""
    shut = set(closed)
    for module in whole.modules:
        for info in module.activities:
            own = progress.get(info.key)
            if info.key not in shut and not info.optional and (own is None or own.status != "done"):
                return info.key
    return None
