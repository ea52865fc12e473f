"""The only door to courses for other features."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, null, select, type_coerce, union_all

from lms.contract.types import ContentRefused
from lms.courses.arranging import (
    add_activity,
    add_module,
    arrange_activities,
    move_activity,
    move_module,
    put_back,
    remove_activity,
    remove_module,
)
from lms.courses.catalogue import CourseLine, VersionLine, course_list, lasting, minutes_of
from lms.courses.compiling import Making, PlacedProblem
from lms.courses.copying import copy_course, copy_module, create_course, readable_version
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
from lms.courses.drafting import (
    ChangedMeanwhile,
    DraftInfo,
    Removed,
    WrittenActivity,
    WrittenLine,
    WrittenModule,
    begin_draft,
    draft_to_write,
    removed_parts,
    written_activity,
    written_bodies,
    written_course,
    written_plan,
)
from lms.courses.editing import (
    Unfit,
    course_page,
    coverage_page,
    glossary_page,
    save_activity,
    save_body,
    save_course_page,
    save_coverage,
    save_glossary,
    save_module,
    save_values,
    values_page,
)
from lms.courses.enclosing import add_file, module_files, remove_file
from lms.courses.folds import RULE as PROGRESS_RULE
from lms.courses.models import MOVED, Cohort, Course, Enrolment, EnrolmentChange, Progress
from lms.courses.operations import create_cohort as add_cohort
from lms.courses.operations import declare_done
from lms.courses.operations import enrol as enter
from lms.courses.permissions import LEARN, PUBLISH_COURSE, READ_COHORT, READ_COURSE, VALIDATE
from lms.courses.progress import activity_iri, key_of_iri
from lms.courses.publishing import course_named, import_draft, publish_draft
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
    "LEARN",
    "PROGRESS_RULE",
    "PUBLISH_COURSE",
    "READ_COHORT",
    "READ_COURSE",
    "VALIDATE",
    "ActivityInfo",
    "ChangedMeanwhile",
    "CohortInfo",
    "CourseInfo",
    "CourseLine",
    "Declared",
    "DraftInfo",
    "EnrolmentInfo",
    "Making",
    "PlacedProblem",
    "Play",
    "ProgressInfo",
    "PublishedCourse",
    "Removed",
    "Structure",
    "Unfit",
    "VersionLine",
    "WrittenActivity",
    "WrittenLine",
    "WrittenModule",
    "active_seconds",
    "activity_iri",
    "add_activity",
    "add_file",
    "add_module",
    "arrange_activities",
    "begin_draft",
    "cohort_by_code",
    "cohort_by_key",
    "cohorts",
    "cohorts_by_id",
    "content_of",
    "copy_course",
    "copy_module",
    "course_list",
    "course_page",
    "coverage_page",
    "create_cohort",
    "create_course",
    "declare_done",
    "done_counts",
    "draft_to_write",
    "enrol",
    "enrolment_by_key",
    "enrolments",
    "enrolments_by_id",
    "enrolments_by_keys",
    "followed",
    "following",
    "glossary_page",
    "import_content",
    "key_of_iri",
    "lasting",
    "minutes_of",
    "module_files",
    "move_activity",
    "move_module",
    "outcome_of",
    "own_enrolment",
    "own_enrolments",
    "place_of",
    "play",
    "play_by_staff",
    "play_in",
    "present_by_version",
    "progress",
    "progress_of",
    "publish_course",
    "put_back",
    "readable_version",
    "refusal",
    "remove_activity",
    "remove_file",
    "remove_module",
    "removed_parts",
    "save_activity",
    "save_body",
    "save_course_page",
    "save_coverage",
    "save_glossary",
    "save_module",
    "save_values",
    "say",
    "structure",
    "values_page",
    "written_activity",
    "written_bodies",
    "written_course",
    "written_plan",
]


def enrolments(ctx: Context) -> Select[*tuple[Any, ...]]:
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


def cohorts(ctx: Context) -> list[CohortInfo]:
    """The groups that the actor may read, by code."""
    rows = ctx.session.execute(_COHORT.where(ctx.visible(READ_COHORT, Cohort)).order_by(Cohort.code))
    return [CohortInfo(*row) for row in rows]


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
