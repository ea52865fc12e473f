"""What courses cover of a framework: checked in a draft, shown to staff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.competences.catalogue import coverages, criteria_of, framework, latest_key
from lms.competences.data import CoverageInfo, FrameworkInfo
from lms.competences.models import Pin
from lms.courses.api import PublishedCourse, Structure, structure
from lms.kernel.context import Context


def course_problems(ctx: Context, course: PublishedCourse) -> Iterator[str]:
    """What is wrong with a draft's framework and coverage, in sentences for its author."""
    if not course.framework:
        if course.coverage:
            yield "coverage : le parcours ne nomme pas de référentiel (champ framework de course.yaml)"
        return
    key = latest_key(ctx, course.framework)
    if key is None:
        yield f"framework : le référentiel {course.framework} n'existe pas ici ; importez d'abord son fichier"
        return
    whole = framework(ctx, key)
    known = {one.code for one in criteria_of(whole)}
    for line in course.coverage:
        if line["criterion"] not in known:
            yield (
                f"coverage : le critère {line['criterion']} n'existe pas dans le référentiel {course.framework}, "
                f"version {whole.version}"
            )


@dataclass(frozen=True, slots=True)
class CourseUse:
    """What a version of a course covers of a framework's version, with the titles of what feeds each criterion."""

    course: Structure
    feeds: Mapping[int, tuple[tuple[str, float | None], ...]]
    """Criterion id → (title, minimum)."""


def uses(ctx: Context, whole: FrameworkInfo) -> list[CourseUse]:
    """What courses cover of a version of a framework: the newest version of each course that uses it."""
    rows = ctx.session.scalars(
        select(Pin.course_version_id)
        .where(Pin.framework_version_id == whole.version_id)
        .order_by(Pin.course_version_id.desc())
    ).all()
    newest: dict[str, Structure] = {}
    for one in rows:
        course = structure(ctx, one)
        newest.setdefault(course.course_key, course)
    found = coverages(ctx, [course.version_id for course in newest.values()])
    return [_use(course, found[course.version_id]) for course in newest.values()]


def _use(course: Structure, covered: CoverageInfo) -> CourseUse:
    def title(key: str) -> str:
        activity_key, part = course.parts.get(key, (key, ""))
        info = course.activities.get(activity_key)
        return " · ".join(filter(None, (info.title if info else "", part)))

    return CourseUse(
        course,
        {
            criterion: tuple((title(feed.activity), feed.minimum) for feed in feeds)
            for criterion, feeds in covered.feeds.items()
        },
    )
