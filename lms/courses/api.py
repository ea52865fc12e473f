"""The only door to courses for other features."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, null, select, type_coerce, union_all

from lms.contract.types import ContentRefused
from lms.courses import writing
from lms.courses.adjusting import ADD, AS_WRITTEN, SKIP, adjust_enrolment, is_expected
from lms.courses.behind import ids_behind
from lms.courses.catalogue import CourseLine, course_by_key, course_list, lasting, minutes_of
from lms.courses.data import (
    ActivityInfo,
    CohortInfo,
    CourseInfo,
    Declared,
    EnrolmentInfo,
    Play,
    ProgressInfo,
    PublishedCourse,
    Structure,
)
from lms.courses.folds import RULE as PROGRESS_RULE
from lms.courses.groups import cohort_by_code, cohort_by_key, cohorts, cohorts_by_id
from lms.courses.holdings import REASONS as END_WORDS
from lms.courses.leaving import (
    PAUSE_REASONS,
    SAID_REASONS,
    end_enrolment,
    extend_enrolment,
    pause_enrolment,
    resume_enrolment,
    return_enrolment,
    say_end,
)
from lms.courses.marking import (
    MARK_WORDS,
    NOT_YET,
    PARTLY,
    WORTH,
    YES,
    field_problems,
    ordered_rows,
    reaches,
    row_problems,
    say_part,
    say_whole,
    score_of,
)
from lms.courses.models import MOVED, Cohort, Course, CourseVersion, Enrolment, EnrolmentChange, Progress
from lms.courses.operations import create_cohort as add_cohort
from lms.courses.operations import declare_done, move_enrolments
from lms.courses.operations import enrol as enter
from lms.courses.pauses import days_at_work, days_between, stops_of
from lms.courses.permissions import ADJUST, ENROL, LEARN, PUBLISH_COURSE, READ_COHORT, READ_COURSE, VALIDATE
from lms.courses.progress import activity_iri, key_of_iri
from lms.courses.publishing import NothingToPublish, course_named, import_draft, publish_draft
from lms.courses.queries import (
    done_counts,
    enrolments_by_id,
    enrolments_by_keys,
    following,
    own_enrolment,
    own_enrolments,
    place_of,
    play,
    play_by_staff,
    play_in,
    present_by_version,
    progress_of,
)
from lms.courses.reading import read_course
from lms.courses.refusals import refusal
from lms.courses.structure import content_of, structure
from lms.courses.telling import active_seconds, outcome_of, say
from lms.kernel.context import Context
from lms.kernel.database import UTCDateTime
from lms.kernel.rights import NotFound

__all__ = [
    "ADD",
    "ADJUST",
    "AS_WRITTEN",
    "END_WORDS",
    "ENROL",
    "LEARN",
    "MARK_WORDS",
    "NOT_YET",
    "PARTLY",
    "PAUSE_REASONS",
    "PROGRESS_RULE",
    "PUBLISH_COURSE",
    "READ_COHORT",
    "READ_COURSE",
    "SAID_REASONS",
    "SKIP",
    "VALIDATE",
    "WORTH",
    "YES",
    "ActivityInfo",
    "CohortInfo",
    "CourseInfo",
    "CourseLine",
    "Declared",
    "EnrolmentInfo",
    "NothingToPublish",
    "Play",
    "ProgressInfo",
    "PublishedCourse",
    "Structure",
    "active_seconds",
    "activity_iri",
    "adjust_enrolment",
    "changes",
    "cohort_by_code",
    "cohort_by_key",
    "cohorts",
    "cohorts_by_id",
    "content_of",
    "course_by_key",
    "course_list",
    "create_cohort",
    "days_at_work",
    "days_between",
    "declare_done",
    "done_counts",
    "end_enrolment",
    "enrol",
    "enrolment_by_key",
    "enrolments",
    "enrolments_by_id",
    "enrolments_by_keys",
    "extend_enrolment",
    "field_problems",
    "followed",
    "following",
    "import_content",
    "is_expected",
    "key_of_iri",
    "lasting",
    "minutes_of",
    "move_people",
    "ordered_rows",
    "outcome_of",
    "own_enrolment",
    "own_enrolments",
    "pause_enrolment",
    "people_behind",
    "place_of",
    "play",
    "play_by_staff",
    "play_in",
    "present_by_version",
    "progress",
    "progress_of",
    "publish_course",
    "reaches",
    "readable_enrolments",
    "refusal",
    "resume_enrolment",
    "return_enrolment",
    "row_problems",
    "say",
    "say_end",
    "say_part",
    "say_whole",
    "score_of",
    "stops_of",
    "structure",
    "writing",
]


def enrolments(ctx: Context) -> Select[*tuple[Any, ...]]:
    """A selectable: one row for each enrolment.

    enrolment_id, key, uuid, membership_id, cohort_id, course_id, version_id, entered_at, ended_at, end_reason, paused_at
    (None when not paused), returned_at (when they last came back), until (the last local day; None: open), said_at and
    said_reason (what the person says of the end), adjusted (activity key → "skip" or "add", for `is_expected`).
    """
    return select(
        Enrolment.id.label("enrolment_id"),
        Enrolment.key,
        Enrolment.uuid,
        Enrolment.membership_id,
        Enrolment.cohort_id,
        Enrolment.course_id,
        Enrolment.version_id,
        Enrolment.entered_at,
        Enrolment.ended_at,
        Enrolment.end_reason,
        Enrolment.paused_at,
        Enrolment.returned_at,
        Enrolment.until,
        Enrolment.said_at,
        Enrolment.said_reason,
        Enrolment.adjusted,
    )


def readable_enrolments(ctx: Context) -> Select[*tuple[Any, ...]]:
    """As `enrolments`: those whose group the actor may read."""
    return enrolments(ctx).where(ctx.visible(READ_COHORT, Enrolment))


def changes(_ctx: Context) -> Select[*tuple[Any, ...]]:
    """A selectable: enrolment_id, kind, at, by_id, detail: what happened to enrolments, in the order of `change_id`."""
    return select(
        EnrolmentChange.id.label("change_id"),
        EnrolmentChange.enrolment_id,
        EnrolmentChange.kind,
        EnrolmentChange.at,
        EnrolmentChange.by_id,
        EnrolmentChange.detail,
    )


def followed(_ctx: Context) -> Select[*tuple[Any, ...]]:
    """A selectable: membership_id, version_id, entered_at, until: each version that an enrolment follows or has followed.

    `until`: when it was left by a move; None for the present one.
    """
    whose = (Enrolment.membership_id, Enrolment.entered_at)
    present = select(*whose, Enrolment.version_id, type_coerce(null(), UTCDateTime()).label("until"))
    left = select(*whose, EnrolmentChange.detail["from"].as_integer(), EnrolmentChange.at).join(
        EnrolmentChange, and_(EnrolmentChange.enrolment_id == Enrolment.id, EnrolmentChange.kind == MOVED)
    )
    return select(union_all(present, left).subquery())


def progress(ctx: Context) -> Select[*tuple[Any, ...]]:
    """A selectable: enrolment_id, activity_key, status, best, attempts, seconds, first_at, last_at, done_at."""
    return select(
        Progress.enrolment_id,
        Progress.activity_key,
        Progress.status,
        Progress.best,
        Progress.attempts,
        Progress.seconds,
        Progress.first_at,
        Progress.last_at,
        Progress.done_at,
    )


def enrolment_by_key(ctx: Context, key: str) -> EnrolmentInfo:
    """An enrolment that the actor may read, by the key of an address, or `NotFound`."""
    found = ctx.session.scalar(select(Enrolment).where(Enrolment.key == key, ctx.visible(READ_COHORT, Enrolment)))
    if found is None:
        raise NotFound
    return enrolments_by_id(ctx, [found.id])[found.id]


def import_content(ctx: Context, path: Path, *, data_dir: Path, again: bool = False) -> list[str]:
    """Import a course's folder or another content file; says what was done, or raises `ContentRefused` with every problem."""
    if path.is_dir():
        return import_draft(ctx, read_course(ctx.registry.activity_types, path), data_dir=data_dir, again=again)
    for importer in ctx.registry.content_importers.values():
        if path.is_file() and importer.matches(path):
            return importer.load(ctx, path)
    raise ContentRefused([f"{path} : ni un dossier de parcours, ni un fichier que l'on sait importer"])


def publish_course(ctx: Context, name: str) -> CourseInfo:
    """Publish the draft of a course, by its key or its slug. Raises `ContentRefused`, `NothingToPublish`, `NotFound`."""
    course = course_named(ctx, name)
    if course is None:
        raise NotFound
    version = publish_draft(ctx, course)
    return CourseInfo(course.id, course.key, course.slug, version.id, version.number)


def create_cohort(ctx: Context, *, course: CourseInfo, code: str, name: str, place: str = "") -> CohortInfo:
    """Create a group that follows a course."""
    row = add_cohort(ctx, course=ctx.session.get_one(Course, course.id), code=code, name=name, place=place)
    return CohortInfo(row.id, row.key, row.code, row.name, row.course_id)


def enrol(
    ctx: Context, *, cohort: CohortInfo, membership_ids: Iterable[int], entered_at: datetime | None = None
) -> list[EnrolmentInfo]:
    """People enter a group, in the order of their membership ids; who is in it stays as they are."""
    rows = enter(
        ctx, cohort=ctx.session.get_one(Cohort, cohort.id), membership_ids=membership_ids, entered_at=entered_at
    )
    found = enrolments_by_id(ctx, [row.id for row in rows])
    return sorted(found.values(), key=lambda one: one.membership_id)


def people_behind(ctx: Context, version: CourseVersion, *, cohort_key: str) -> list[EnrolmentInfo]:
    """The present enrolments of a group on an earlier version than this one, in force."""
    found = enrolments_by_id(ctx, ids_behind(ctx, version, cohort_key=cohort_key))
    return [found[one] for one in sorted(found)]


def move_people(ctx: Context, enrolments: Iterable[EnrolmentInfo], *, version_id: int) -> int:
    """Enrolments follow this version of their course, with what they have done; returns how many have moved."""
    rows = ctx.session.scalars(select(Enrolment).where(Enrolment.id.in_([one.id for one in enrolments]))).all()
    return move_enrolments(ctx, enrolments=rows, version=ctx.session.get_one(CourseVersion, version_id))
