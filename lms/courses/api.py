"""The only door to courses for other features."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from lms.courses.data import (
    ActivityInfo,
    CohortInfo,
    EnrolmentInfo,
    Play,
    ProgressInfo,
    PublishedCourse,
    Structure,
)
from lms.courses.folds import RULE as PROGRESS_RULE
from lms.courses.models import Cohort, Enrolment, Progress
from lms.courses.permissions import LEARN, READ_COHORT, READ_COURSE, VALIDATE
from lms.courses.progress import activity_iri, key_of_iri
from lms.courses.queries import (
    enrolments_by_id,
    enrolments_by_keys,
    enrolments_in,
    following,
    own_enrolment,
    own_enrolments,
    place_of,
    play,
    play_by_staff,
    play_in,
    progress_of,
)
from lms.courses.refusals import refusal
from lms.courses.structure import structure
from lms.courses.telling import outcome_of, say
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

__all__ = [
    "LEARN",
    "PROGRESS_RULE",
    "READ_COHORT",
    "READ_COURSE",
    "VALIDATE",
    "ActivityInfo",
    "CohortInfo",
    "EnrolmentInfo",
    "Play",
    "ProgressInfo",
    "PublishedCourse",
    "Structure",
    "activity_iri",
    "cohort_by_code",
    "cohort_by_key",
    "cohorts_by_id",
    "enrolment_by_key",
    "enrolments",
    "enrolments_by_id",
    "enrolments_by_keys",
    "enrolments_in",
    "following",
    "key_of_iri",
    "outcome_of",
    "own_enrolment",
    "own_enrolments",
    "place_of",
    "play",
    "play_by_staff",
    "play_in",
    "progress",
    "progress_of",
    "refusal",
    "say",
    "structure",
]


def enrolments(ctx: Context) -> Select[Any]:
    """A selectable: enrolment_id, key, uuid, membership_id, cohort_id, course_id, version_id, entered_at, ended_at."""
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
    )


def progress(ctx: Context) -> Select[Any]:
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


def cohort_by_key(ctx: Context, key: str) -> CohortInfo:
    """A cohort that the actor may read, by the key of an address, or `NotFound`."""
    return _cohort(ctx, Cohort.key == key)


def cohort_by_code(ctx: Context, code: str) -> CohortInfo:
    """A cohort by its code (command line); the caller has asked for the right."""
    row = ctx.session.execute(_COHORT.where(Cohort.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return CohortInfo(*row)


def cohorts_by_id(ctx: Context, ids: Iterable[int]) -> dict[int, CohortInfo]:
    """Cohorts, in one query. The caller asks for the right."""
    rows = ctx.session.execute(_COHORT.where(Cohort.id.in_(sorted(set(ids)))))
    return {row.id: CohortInfo(*row) for row in rows}


def enrolment_by_key(ctx: Context, key: str) -> EnrolmentInfo:
    """An enrolment that the actor may read, by the key of an address, or `NotFound`."""
    found = ctx.session.scalar(select(Enrolment).where(Enrolment.key == key, ctx.visible(READ_COHORT, Enrolment)))
    if found is None:
        raise NotFound
    return enrolments_by_id(ctx, [found.id])[found.id]


_COHORT = select(Cohort.id, Cohort.key, Cohort.code, Cohort.name, Cohort.course_id)


def _cohort(ctx: Context, where: Any) -> CohortInfo:
    row = ctx.session.execute(_COHORT.where(where, ctx.visible(READ_COHORT, Cohort))).one_or_none()
    if row is None:
        raise NotFound
    return CohortInfo(*row)
