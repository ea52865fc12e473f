"""Reads of courses, enrolments and progress."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.contract.types import ActivityView, PlayState
from lms.courses.data import ActivityInfo, EnrolmentInfo, Play, ProgressInfo, SaidWords, Structure
from lms.courses.folds import DONE
from lms.courses.learner import Standing, Way, done_alone, way_of
from lms.courses.models import (
    PUBLISHED,
    Cohort,
    Course,
    CourseFile,
    CourseVersion,
    Enrolment,
    EnrolmentChange,
    Opening,
    Progress,
)
from lms.courses.opening import due_at, opened
from lms.courses.permissions import LEARN, READ_COHORT, READ_COURSE
from lms.courses.progress import activity_iri
from lms.courses.reasons import Reasons, reasons
from lms.courses.structure import content_of, structure
from lms.kernel.context import Context
from lms.kernel.files import FileRow
from lms.kernel.rights import NotFound
from lms.kernel.statements import read_once
from lms.xapi.api import settle

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
        "paused_at",
        "pauses",
        "until",
        "said_at",
        "said_reason",
        "adjusted",
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
_WORDS = (
    select(EnrolmentChange.kind, EnrolmentChange.at, EnrolmentChange.words)
    .where(EnrolmentChange.enrolment_id == bindparam("enrolment_id"), EnrolmentChange.words != "")
    .order_by(EnrolmentChange.id)
)
_PLACE = (
    select(Cohort.place)
    .join(Enrolment, Enrolment.cohort_id == Cohort.id)
    .where(Enrolment.id == bindparam("enrolment_id"))
)
_DONE = (
    select(Progress.activity_key, func.count())
    .join(Enrolment, Enrolment.id == Progress.enrolment_id)
    .where(Enrolment.cohort_id == bindparam("cohort_id"), Enrolment.ended_at.is_(None), Progress.status == DONE)
    .group_by(Progress.activity_key)
)
_PRESENT = (
    select(Enrolment.version_id, func.count())
    .where(Enrolment.cohort_id == bindparam("cohort_id"), Enrolment.ended_at.is_(None))
    .group_by(Enrolment.version_id)
)


def own_enrolments(ctx: Context) -> list[tuple[EnrolmentInfo, str]]:
    """The subject's enrolments with the key of their course: the present ones first, then the ended ones.

    Several pieces of a page ask.
    """
    return read_once(ctx, "own enrolments", lambda: _own_enrolments(ctx))


def _own_enrolments(ctx: Context) -> list[tuple[EnrolmentInfo, str]]:
    rows = ctx.session.execute(_OWN, {"membership_id": ctx.subject.membership_id}).all()
    return [(EnrolmentInfo(*row[:-1]), row.course_key) for row in rows]


def own_enrolment(ctx: Context, course_key: str) -> EnrolmentInfo:
    """The subject's enrolment in a course, or `NotFound`."""
    for enrolment, key in own_enrolments(ctx):
        if key == course_key:
            ctx.require(LEARN, on=enrolment)
            return enrolment
    raise NotFound


def own_words(ctx: Context, enrolment_id: int) -> list[SaidWords]:
    """What someone wrote about the pauses and the end of an enrolment. The caller has asked for the right."""
    found = ctx.session.execute(_WORDS, {"enrolment_id": enrolment_id})
    return [SaidWords(row.kind, row.at, row.words) for row in found]


def progress_of(ctx: Context, enrolment_id: int) -> dict[str, ProgressInfo]:
    """Activity key → figure."""
    rows = ctx.session.execute(_PROGRESS, {"enrolment_id": enrolment_id})
    return {row.activity_key: ProgressInfo(*row) for row in rows}


def openings_of(ctx: Context, enrolment_id: int) -> frozenset[str]:
    """Activities that a trainer's word has opened."""
    return frozenset(ctx.session.scalars(_OPENINGS, {"enrolment_id": enrolment_id}))


def standing_of(ctx: Context, enrolment_id: int) -> Standing:
    """What decides what is open and done, in two queries."""
    return Standing(progress_of(ctx, enrolment_id), openings_of(ctx, enrolment_id))


def play(ctx: Context, activity_key: str, *, course_key: str | None = None) -> Play:
    """The subject in front of an activity of a course they follow, or `NotFound`."""
    for enrolment, key in own_enrolments(ctx):
        if course_key in (None, key) and activity_key in structure(ctx, enrolment.version_id).activities:
            ctx.require(LEARN, on=enrolment)
            return play_in(ctx, enrolment, activity_key=activity_key)
    raise NotFound


def play_in(ctx: Context, enrolment: EnrolmentInfo, *, activity_key: str, standing: Standing | None = None) -> Play:
    """Someone in front of an activity of one of their enrolments. The caller has asked for the right."""
    whole = structure(ctx, enrolment.version_id)
    info = whole.activities.get(activity_key)
    if info is None:
        raise NotFound
    body, compiled = content_of(ctx, enrolment.version_id, key=activity_key)
    if info.opens or body.get("attempts") is not None:
        settle(ctx, enrolment.uuid)  # within a batch, what opens it or counts its attempts may have just been said
        standing = None
    known = standing or _standing_before(ctx, enrolment, info)
    zone = ctx.here.timezone
    door = opened(
        info,
        entered_at=enrolment.entered_at,
        now=ctx.now,
        zone=zone,
        progress=known.progress,
        granted=known.granted,
    )
    due = due_at(info, enrolment, now=ctx.now, zone=zone)
    own = known.progress.get(activity_key)
    return Play(
        enrolment=enrolment,
        activity=_view(ctx, whole, info, body, compiled),
        info=info,
        state=_state(enrolment, activity_key, own),
        is_open=door.is_open,
        closed_because=door.because,
        opens_at=door.at,
        due_at=due,
        is_late=bool(due and ctx.now > due) or enrolment.ended_at is not None,
    )


def _standing_before(ctx: Context, enrolment: EnrolmentInfo, info: ActivityInfo) -> Standing:
    """What opens one activity: most have no rule, and for them nobody's word is asked for."""
    return Standing(progress_of(ctx, enrolment.id), openings_of(ctx, enrolment.id) if info.opens else frozenset())


def play_by_staff(ctx: Context, enrolment: EnrolmentInfo, *, activity_key: str) -> Play:
    """An activity of someone, as staff speak of it: without its content, and open whatever its door says."""
    whole = structure(ctx, enrolment.version_id)
    info = whole.activities.get(activity_key)
    if info is None:
        raise NotFound
    return Play(
        enrolment=enrolment,
        activity=_view(ctx, whole, info, {}, {}),
        info=info,
        state=_state(enrolment, activity_key, None),
        is_open=True,
        closed_because="",
        opens_at=None,
        due_at=None,
        is_late=False,
    )


def preview(ctx: Context, course_key: str, *, activity_key: str) -> tuple[ActivityView, PlayState]:
    """An activity of the version in force, for who may read the course; nobody plays it."""
    whole = structure(ctx, published_version(ctx, course_key))
    info = whole.activities.get(activity_key)
    if info is None:
        raise NotFound
    body, compiled = content_of(ctx, whole.version_id, key=activity_key)
    state = PlayState(0, "", "", 0, None, f"preview:{activity_key}:1", is_preview=True)
    return _view(ctx, whole, info, body, compiled), state


def published_version(ctx: Context, course_key: str) -> int:
    """The id of the version in force of a course that the actor may read, or `NotFound`."""
    found = ctx.session.scalar(
        select(CourseVersion.id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == course_key, CourseVersion.state == PUBLISHED, ctx.visible(READ_COURSE, Course))
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def way(ctx: Context, enrolment: EnrolmentInfo, *, standing: Standing | None = None) -> Way:
    """The path of an enrolment. The caller has asked for the right."""
    known = standing or standing_of(ctx, enrolment.id)
    return way_of(
        structure(ctx, enrolment.version_id),
        enrolment,
        progress=known.progress,
        granted=known.granted,
        now=ctx.now,
        zone=ctx.here.timezone,
        alone=done_alone(ctx.registry.activity_types),
    )


def following(ctx: Context, enrolment: EnrolmentInfo, *, activity_key: str) -> str | None:
    """The key of the activity that comes after one, when it is open."""
    _before, after = way(ctx, enrolment).around(activity_key)
    return after.info.key if after is not None and after.door.is_open else None


def place_of(ctx: Context, enrolment_id: int) -> str:
    """Where the group of an enrolment meets; "" when nobody has said yet."""
    return ctx.session.scalar(_PLACE, {"enrolment_id": enrolment_id}) or ""


def course_file(ctx: Context, course_key: str, *, sha256: str) -> FileRow:
    """A file that a course shows: to who follows it, in their version, and to who may read the course."""
    versions = [one.version_id for one, key in own_enrolments(ctx) if key == course_key] if ctx.holds(LEARN) else []
    if ctx.holds(READ_COURSE):
        query = select(CourseVersion.id).join(Course, Course.id == CourseVersion.course_id)
        readable = query.where(Course.key == course_key, ctx.visible(READ_COURSE, Course))
        versions += ctx.session.scalars(readable)
    files = select(FileRow).join(CourseFile, CourseFile.file_id == FileRow.id)
    found = ctx.session.scalar(files.where(FileRow.sha256 == sha256, CourseFile.version_id.in_(versions)).limit(1))
    if found is None:
        raise NotFound
    return found


def explained(ctx: Context, enrolment: EnrolmentInfo, *, activity_key: str) -> Reasons:
    """Why a figure of an enrolment is what it is. The caller has asked for the right."""
    whole = structure(ctx, enrolment.version_id)
    info = whole.activities.get(activity_key)
    if info is None:
        raise NotFound
    progress = progress_of(ctx, enrolment.id).get(activity_key)
    return reasons(ctx, enrolment, whole=whole, info=info, progress=progress)


def done_counts(ctx: Context, cohort_id: int, *, activity_keys: Collection[str]) -> dict[str, int]:
    """Activity key → how many present people of a cohort have done it. The caller has asked for the right."""
    if not activity_keys:
        return {}
    return dict(_counted(ctx, _DONE, "courses: done", cohort_id))


def present_by_version(ctx: Context, cohort_id: int) -> dict[int, int]:
    """Course version id → how many present people of a cohort follow it. The caller has asked for the right."""
    return dict(_counted(ctx, _PRESENT, "courses: present", cohort_id))


def _counted(ctx: Context, query: Any, name: str, cohort_id: int) -> list[Any]:
    """Pairs; each kind of activity asks the same of a group on its page."""
    return read_once(
        ctx, (name, cohort_id), lambda: [tuple(row) for row in ctx.session.execute(query, {"cohort_id": cohort_id})]
    )


def enrolments_by_keys(ctx: Context, keys: Iterable[str]) -> list[EnrolmentInfo]:
    """Enrolments that the actor may read, by the keys of addresses; `NotFound` when one is missing."""
    wanted = sorted(set(keys))
    query = select(*ENROLMENT_COLUMNS).where(Enrolment.key.in_(wanted), ctx.visible(READ_COHORT, Enrolment))
    found = [EnrolmentInfo(*row) for row in ctx.session.execute(query.order_by(Enrolment.id))]
    if len(found) != len(wanted):
        raise NotFound
    return found


def _view(ctx: Context, whole: Structure, info: ActivityInfo, body: Any, compiled: Any) -> ActivityView:
    return ActivityView(
        key=info.key,
        title=info.title,
        body=body,
        compiled=compiled,
        iri=activity_iri(ctx, info.key),
        course_key=whole.course_key,
        version=whole.number,
        version_id=whole.version_id,
        modality=info.modality,
        minutes=info.minutes,
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
