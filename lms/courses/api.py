"""The only door to courses for other features."""

from __future__ import annotations

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
from lms.courses.models import Cohort, Enrolment, Progress
from lms.courses.permissions import READ_COHORT, READ_COURSE, VALIDATE
from lms.courses.progress import activity_iri, key_of_iri
from lms.courses.queries import enrolments_by_id, own_enrolment, own_enrolments, play, play_in, progress_of
from lms.courses.structure import structure
from lms.courses.telling import say
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

__all__ = [
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
    "enrolment_by_key",
    "enrolments",
    "enrolments_by_id",
    "key_of_iri",
    "own_enrolment",
    "own_enrolments",
    "play",
    "play_in",
    "progress",
    "progress_of",
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
