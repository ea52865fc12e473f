"""A course from its files to a published version: import, check, publish, export."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from lms.contract.types import ContentRefused
from lms.courses.compiling import COVERAGE, PlacedProblem, make_draft, whole_problems
from lms.courses.data import PublishedCourse, Structure
from lms.courses.drafting import written_bodies
from lms.courses.drafts import Draft
from lms.courses.events import CourseImported, CoursePublished
from lms.courses.exporting import course_files
from lms.courses.models import DRAFT, PUBLISHED, Course, CourseVersion
from lms.courses.permissions import PUBLISH_COURSE, READ_COURSE
from lms.courses.reading import Reading
from lms.courses.saving import save_draft
from lms.courses.structure import structure
from lms.kernel.context import Context
from lms.kernel.rights import Forbidden


class NothingToPublish(Exception):
    """The course has no draft: someone has just published it, or nothing was imported since."""


def import_draft(ctx: Context, draft: Draft, *, data_dir: Path, again: bool = False) -> list[str]:
    """Make or replace the draft of the course that the key names; says what was done, in sentences.

    The same content makes no draft, unless `again`. `ContentRefused` leaves everything as it was.
    """
    course = ctx.session.scalar(select(Course).where(Course.key == draft.head.key).with_for_update())
    if course is None:
        if not ctx.holds_everywhere(PUBLISH_COURSE):
            raise Forbidden(PUBLISH_COURSE.name)
        course = Course(key=draft.head.key, slug=draft.head.slug)
        taken = ctx.session.scalar(select(Course.id).where(Course.slug == course.slug))
        if taken is not None:
            raise ContentRefused(
                [f"course.yaml : le nom « {course.slug} » est déjà celui d'un autre parcours : changez « slug »"]
            )
        ctx.session.add(course)
        ctx.session.flush()
    ctx.require(PUBLISH_COURSE, on=course)
    present = draft_of(ctx, course.id) or latest_published(ctx, course.id)
    if present is not None and not again and _digest(ctx, present, data_dir) == draft.digest:
        state = "brouillon" if present.state == DRAFT else f"version {present.number}"
        return [f"{course.slug} : rien n'a changé ({state})"]
    version = save_draft(ctx, draft, course=course, data_dir=data_dir)
    ctx.tell(CourseImported(course_id=course.id, version_id=version.id))
    return [f"{course.slug} : brouillon prêt. Publiez-le avec : lms content publish {course.slug}"]


def _digest(ctx: Context, version: CourseVersion, data_dir: Path) -> str:
    """The digest of a version; one that was written in a browser is read as files for it."""
    if version.digest:
        return version.digest
    try:
        return Reading(ctx.registry.activity_types, course_files(ctx, version, data_dir=data_dir)).draft().digest
    except ContentRefused:  # it is not finished
        return ""


def publish_draft(ctx: Context, course: Course) -> CourseVersion:
    """Publish the draft. Enrolled people stay on the version that they follow; two publications at once give one version."""
    ctx.require(PUBLISH_COURSE, on=course)
    ctx.session.execute(select(Course.id).where(Course.id == course.id).with_for_update()).one()
    version = draft_of(ctx, course.id)
    if version is None:
        raise NothingToPublish
    problems = placed_problems(ctx, version, keep=True)
    if problems:
        raise ContentRefused([problem.sentence for problem in problems])
    # Before the state changes: a published structure is kept by the process, and this transaction may yet fail.
    ctx.registry.course_published(ctx, as_published(structure(ctx, version.id)))
    version.state, version.published_at = PUBLISHED, ctx.now
    version.published_by_id = ctx.actor.membership_id if ctx.actor else None
    ctx.session.flush()
    ctx.tell(CoursePublished(course_id=course.id, version_id=version.id, number=version.number))
    return version


def draft_of(ctx: Context, course_id: int) -> CourseVersion | None:
    """The draft as it stands in the database now."""
    query = select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.state == DRAFT)
    return ctx.session.scalar(query.execution_options(populate_existing=True))


def latest_published(ctx: Context, course_id: int) -> CourseVersion | None:
    """The version in force."""
    query = select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.state == PUBLISHED)
    return ctx.session.scalar(query.order_by(CourseVersion.number.desc()).limit(1))


def version_numbered(ctx: Context, course_id: int, number: int) -> CourseVersion | None:
    """A version by its number."""
    return ctx.session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.number == number)
    )


def draft_problems(ctx: Context, version: CourseVersion) -> list[str]:
    """What stands in the way of publishing, in sentences."""
    return [problem.sentence for problem in placed_problems(ctx, version)]


def placed_problems(ctx: Context, version: CourseVersion, *, keep: bool = False) -> list[PlacedProblem]:
    """What stands in the way of publishing: each activity, the whole, then what plugins find. `keep`: see `make_draft`."""
    problems = make_draft(ctx, version, keep=keep)
    whole = structure(ctx, version.id)
    bodies = {key: row.body for key, row in written_bodies(ctx, version.id).items()}
    problems += whole_problems(version, whole, bodies)
    found = ctx.registry.course_problems(ctx, as_published(whole))
    return problems + [PlacedProblem(text, COVERAGE) for text in found]


def as_published(whole: Structure) -> PublishedCourse:
    """What plugins hear of a version."""
    return PublishedCourse(
        version_id=whole.version_id,
        course_id=whole.course_id,
        course_key=whole.course_key,
        framework=whole.framework,
        coverage=whole.coverage,
        parts=frozenset([*whole.activities, *whole.parts]),
    )


def course_named(ctx: Context, name: str) -> Course | None:
    """A course that the actor may read, by its key or its slug."""
    return ctx.session.scalar(
        select(Course).where((Course.key == name) | (Course.slug == name), ctx.visible(READ_COURSE, Course))
    )
