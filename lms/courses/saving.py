"""A checked course as rows of a draft version: replaced whole, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from lms.contract.types import ContentRefused
from lms.courses.drafts import Draft, DraftActivity
from lms.courses.heads import ValueEntry
from lms.courses.models import (
    DRAFT,
    ActivityRow,
    Course,
    CourseFile,
    CourseVersion,
    ModuleRow,
    NamedValue,
)
from lms.kernel.context import Context
from lms.kernel.files import keep_file
from lms.kernel.yaml_files import plain

_VERSION_FIELDS = ("key", "slug", "title", "language", "framework", "modules", "coverage")
_CHUNK = 500


def save_draft(ctx: Context, draft: Draft, *, course: Course, data_dir: Path) -> CourseVersion:
    """Write a course's draft; a published version is never touched. The caller has asked for the right and locked the course."""
    _refuse_taken_names(ctx, draft, course)
    course.slug = draft.head.slug
    version = _draft_version(ctx, course)
    version.title, version.language, version.framework = draft.head.title, draft.head.language, draft.head.framework
    version.head = plain(draft.head, without=_VERSION_FIELDS)
    version.coverage = [plain(entry) for entry in draft.head.coverage]
    version.glossary = [plain(entry) for entry in draft.glossary]
    version.digest = draft.digest
    ctx.session.flush()
    for position, module in enumerate(draft.modules):
        row = ModuleRow(
            version_id=version.id,
            key=module.head.key,
            slug=module.slug,
            position=position,
            title=module.head.title,
            head=plain(module.head, without=("key", "title", "activities")),
        )
        ctx.session.add(row)
        ctx.session.flush()
        ctx.session.add_all(_activity(version.id, row.id, place, one) for place, one in enumerate(module.activities))
    ctx.session.add_all(_value(version.id, place, entry) for place, entry in enumerate(draft.values))
    for path, source in sorted(draft.files.items()):
        file = keep_file(ctx, data_dir, name=path.rpartition("/")[2], chunks=[source])
        ctx.session.add(CourseFile(version_id=version.id, path=path, file_id=file.id))
    ctx.session.flush()
    return version


def _draft_version(ctx: Context, course: Course) -> CourseVersion:
    """The draft, emptied; a new one after the last published version where there is none."""
    found = ctx.session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state == DRAFT)
    )
    if found is None:
        last = (
            ctx.session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)) or 0
        )
        found = CourseVersion(course_id=course.id, number=last + 1, state=DRAFT)
        ctx.session.add(found)
        return found
    for table in (ActivityRow, ModuleRow, NamedValue, CourseFile):
        ctx.session.execute(delete(table).where(table.version_id == found.id))
    return found


def _activity(version_id: int, module_id: int, position: int, one: DraftActivity) -> ActivityRow:
    head = one.head
    return ActivityRow(
        version_id=version_id,
        module_id=module_id,
        key=head.key,
        slug=one.slug,
        position=position,
        type=head.type,
        title=head.title,
        modality=head.modality,
        minutes=head.minutes,
        optional=head.optional,
        due_days=head.due_days,
        opens=plain(head.opens) if head.opens else None,
        objectives=list(head.objectives),
        body=one.body,
        compiled=one.compiled,
    )


def _value(version_id: int, position: int, entry: ValueEntry) -> NamedValue:
    return NamedValue(
        version_id=version_id,
        position=position,
        name=entry.name,
        label=entry.label,
        text=entry.text,
        territory=entry.territory,
        source=entry.source,
        checked=entry.checked,
    )


def _refuse_taken_names(ctx: Context, draft: Draft, course: Course) -> None:
    """A slug and the keys of activities name one thing in an organisation."""
    problems = []
    slug = draft.head.slug
    if ctx.session.scalar(select(Course.id).where(Course.slug == slug, Course.id != course.id)) is not None:
        problems.append(f"course.yaml : le nom « {slug} » est déjà celui d'un autre parcours : changez « slug »")
    keys = [activity.head.key for activity in draft.activities]
    problems += [
        f"course.yaml : la clé « {row.key} » est déjà celle d'une activité de « {row.title} » : "
        "effacez les clés copiées, puis lancez « lms content format »"
        for row in _elsewhere(ctx, keys, course)
    ]
    if problems:
        raise ContentRefused(problems)


def _elsewhere(ctx: Context, keys: list[str], course: Course) -> Iterable[Any]:
    for start in range(0, len(keys), _CHUNK):
        yield from ctx.session.execute(
            select(ActivityRow.key, CourseVersion.title)
            .join(CourseVersion, CourseVersion.id == ActivityRow.version_id)
            .where(ActivityRow.key.in_(keys[start : start + _CHUNK]), CourseVersion.course_id != course.id)
            .distinct()
        )
