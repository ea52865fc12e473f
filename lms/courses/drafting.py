"""A course's draft as its authors see it: begun from the version in force, read for the editor, part by part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, select

from lms.courses.events import DraftBegun
from lms.courses.models import (
    DRAFT,
    PUBLISHED,
    ActivityRow,
    Course,
    CourseFile,
    CourseVersion,
    ModuleRow,
    NamedValue,
    RemovedPart,
)
from lms.courses.permissions import PUBLISH_COURSE
from lms.kernel.context import Context
from lms.kernel.rights import NotFound

ACTIVITY_COLUMNS = (
    *("key", "slug", "position", "type", "title", "modality", "minutes", "optional", "due_days", "opens"),
    *("objectives", "body", "compiled"),
)
WRITTEN_COLUMNS = tuple(name for name in ACTIVITY_COLUMNS if name not in ("slug", "position", "compiled"))


@dataclass(frozen=True, slots=True)
class DraftInfo:
    """The draft of a course that the actor may write."""

    version_id: int
    course_id: int
    course_key: str
    number: int
    title: str

    __scopes__: ClassVar[dict[str, str]] = {"course": "course_id"}


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """An activity in the plan of a draft."""

    key: str
    type: str
    title: str
    modality: str
    minutes: int
    optional: bool
    opens: Mapping[str, Any] | None
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class WrittenModule:
    """A module of a draft. `token` says what it was when it was read."""

    key: str
    slug: str
    title: str
    head: Mapping[str, Any]
    activities: tuple[WrittenLine, ...]
    token: str


@dataclass(frozen=True, slots=True)
class WrittenActivity:
    """An activity of a draft, whole. `token` says what it was when it was read."""

    key: str
    module_key: str
    module_slug: str
    module_title: str
    type: str
    title: str
    modality: str
    minutes: int
    optional: bool
    due_days: int | None
    opens: Mapping[str, Any] | None
    objectives: tuple[str, ...]
    body: Mapping[str, Any]
    token: str
    edited_at: datetime | None
    edited_by_id: int | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What can be put back."""

    key: str
    title: str
    removed_at: datetime
    is_module: bool


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A row of an activity that can be put back, such as a question; `steps` lead to its place through the body."""

    key: str
    title: str
    removed_at: datetime
    steps: tuple[str | int, ...]
    row: Mapping[str, Any]


MOST_REMOVED = 30


class ChangedMeanwhile(Exception):
    """Someone else has saved since this was read: nothing was written."""


def token_of(*parts: Any) -> str:
    """What something was when it was read: equal as long as nobody has changed it."""
    return hashlib.sha256(msgspec.json.encode(parts, enc_hook=str, order="deterministic")).hexdigest()[:20]


def activity_token(row: Any) -> str:
    """The token of a row that has the columns of an activity."""
    return token_of([getattr(row, name) for name in WRITTEN_COLUMNS])


def same_as(token: str, found: str) -> None:
    """Raise `ChangedMeanwhile` unless what was read is what is there."""
    if token != found:
        raise ChangedMeanwhile


_DRAFT = (
    select(
        CourseVersion.id.label("version_id"),
        Course.id.label("course_id"),
        Course.key.label("course_key"),
        CourseVersion.number,
        CourseVersion.title,
    )
    .join(Course, Course.id == CourseVersion.course_id)
    .where(Course.key == bindparam("course_key"), CourseVersion.state == DRAFT)
)


def written_course(ctx: Context, course_key: str) -> DraftInfo | None:
    """The draft of a course; None when there is none. `NotFound` for who may not write the course."""
    query = select(Course).where(Course.key == course_key, ctx.visible(PUBLISH_COURSE, Course))
    if ctx.session.scalar(query) is None:
        raise NotFound
    found = ctx.session.execute(_DRAFT, {"course_key": course_key}).one_or_none()
    return DraftInfo(*found) if found else None


def draft_to_write(ctx: Context, course_key: str) -> DraftInfo:
    """The draft of a course that the actor may write, or `NotFound`."""
    found = ctx.session.execute(_DRAFT, {"course_key": course_key}).one_or_none()
    if found is None or not ctx.holds(PUBLISH_COURSE, on=DraftInfo(*found)):
        raise NotFound
    return DraftInfo(*found)


def begin_draft(ctx: Context, course_key: str) -> DraftInfo:
    """The draft of a course: the one that is there, or a copy of the version in force."""
    query = select(Course).where(Course.key == course_key, ctx.visible(PUBLISH_COURSE, Course))
    course = ctx.session.scalar(query.with_for_update())
    if course is None:
        raise NotFound
    found = ctx.session.execute(_DRAFT, {"course_key": course_key}).one_or_none()
    if found is not None:
        return DraftInfo(*found)
    last = ctx.session.scalar(
        select(CourseVersion)
        .where(CourseVersion.course_id == course.id, CourseVersion.state == PUBLISHED)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    if last is None:
        raise NotFound
    version = CourseVersion(
        course_id=course.id,
        number=last.number + 1,
        state=DRAFT,
        title=last.title,
        language=last.language,
        framework=last.framework,
        head=last.head,
        coverage=last.coverage,
        glossary=last.glossary,
    )
    ctx.session.add(version)
    ctx.session.flush()
    copy_rows(ctx, last.id, version.id)
    ctx.tell(DraftBegun(course_id=course.id, version_id=version.id))
    return DraftInfo(version.id, course.id, course.key, version.number, version.title)


def copy_rows(ctx: Context, source: int, target: int) -> None:
    """The modules, activities, values and files of a version, in another: the same keys, and what the types had made."""
    new_ids: dict[int, int] = {}
    for module in ctx.session.scalars(select(ModuleRow).where(ModuleRow.version_id == source)).all():
        row = ModuleRow(version_id=target, **{name: getattr(module, name) for name in MODULE_COLUMNS})
        ctx.session.add(row)
        ctx.session.flush()
        new_ids[module.id] = row.id
    activities = ctx.session.scalars(select(ActivityRow).where(ActivityRow.version_id == source)).all()
    ctx.session.add_all(
        ActivityRow(
            version_id=target,
            module_id=new_ids[one.module_id],
            **{name: getattr(one, name) for name in ACTIVITY_COLUMNS},
        )
        for one in activities
    )
    values = ctx.session.scalars(select(NamedValue).where(NamedValue.version_id == source)).all()
    ctx.session.add_all(
        NamedValue(version_id=target, **{name: getattr(one, name) for name in VALUE_COLUMNS}) for one in values
    )
    files = ctx.session.scalars(select(CourseFile).where(CourseFile.version_id == source)).all()
    ctx.session.add_all(CourseFile(version_id=target, path=one.path, file_id=one.file_id) for one in files)
    ctx.session.flush()


MODULE_COLUMNS = ("key", "slug", "position", "title", "head")
VALUE_COLUMNS = ("position", "name", "label", "text", "territory", "source", "checked")
_LINES = (
    select(
        ActivityRow.module_id,
        ActivityRow.key,
        ActivityRow.type,
        ActivityRow.title,
        ActivityRow.modality,
        ActivityRow.minutes,
        ActivityRow.optional,
        ActivityRow.opens,
        ActivityRow.edited_at,
    )
    .where(ActivityRow.version_id == bindparam("version_id"))
    .order_by(ActivityRow.position, ActivityRow.id)
)
_MODULES = (
    select(ModuleRow.id, ModuleRow.key, ModuleRow.slug, ModuleRow.title, ModuleRow.head)
    .where(ModuleRow.version_id == bindparam("version_id"))
    .order_by(ModuleRow.position, ModuleRow.id)
)
_ACTIVITY = (
    select(ActivityRow, ModuleRow.key.label("module_key"), ModuleRow.slug, ModuleRow.title.label("module_title"))
    .join(ModuleRow, ModuleRow.id == ActivityRow.module_id)
    .where(ActivityRow.version_id == bindparam("version_id"), ActivityRow.key == bindparam("key"))
)


def written_plan(ctx: Context, draft: DraftInfo) -> tuple[WrittenModule, ...]:
    """The modules of a draft with their activities, in order, in two queries."""
    which = {"version_id": draft.version_id}
    lines = ctx.session.execute(_LINES, which).all()
    return tuple(
        WrittenModule(
            row.key,
            row.slug,
            row.title,
            row.head,
            tuple(WrittenLine(*line[1:]) for line in lines if line.module_id == row.id),
            token_of(row.title, row.head),
        )
        for row in ctx.session.execute(_MODULES, which)
    )


def written_activity(ctx: Context, draft: DraftInfo, *, key: str) -> WrittenActivity:
    """An activity of a draft, or `NotFound`."""
    found = ctx.session.execute(_ACTIVITY, {"version_id": draft.version_id, "key": key}).one_or_none()
    if found is None:
        raise NotFound
    row: ActivityRow = found[0]
    own = {name: getattr(row, name) for name in WRITTEN_COLUMNS}
    return WrittenActivity(
        **{**own, "objectives": tuple(row.objectives)},
        module_key=found.module_key,
        module_slug=found.slug,
        module_title=found.module_title,
        token=activity_token(row),
        edited_at=row.edited_at,
        edited_by_id=row.edited_by_id,
    )


def written_bodies(ctx: Context, version_id: int) -> dict[str, Any]:
    """Activity key → row with all that an author writes, of any version. The caller has asked for the right."""
    columns = [getattr(ActivityRow, name) for name in WRITTEN_COLUMNS]
    rows = ctx.session.execute(
        select(*columns).where(ActivityRow.version_id == version_id).order_by(ActivityRow.position)
    )
    return {row.key: row for row in rows}


def removed_parts(ctx: Context, draft: DraftInfo) -> list[Removed]:
    """The modules and activities that can be put back, the latest first."""
    rows = [row for row in _removed(ctx, draft) if "row" not in row.parts][:MOST_REMOVED]
    return [Removed(row.key, row.title, row.removed_at, "module" in row.parts) for row in rows]


def removed_rows(ctx: Context, draft: DraftInfo, *, key: str) -> list[RemovedRow]:
    """The rows of an activity that can be put back, the latest first."""
    rows = [row for row in _removed(ctx, draft) if row.parts.get("activity") == key][:MOST_REMOVED]
    return [RemovedRow(row.key, row.title, row.removed_at, tuple(row.parts["steps"]), row.parts["row"]) for row in rows]


def _removed(ctx: Context, draft: DraftInfo) -> list[RemovedPart]:
    query = select(RemovedPart).where(RemovedPart.version_id == draft.version_id)
    return list(ctx.session.scalars(query.order_by(RemovedPart.id.desc())))


def published_before(ctx: Context, draft: DraftInfo) -> int | None:
    """The id of the version in force, which a draft will follow."""
    return ctx.session.scalar(
        select(CourseVersion.id)
        .where(CourseVersion.course_id == draft.course_id, CourseVersion.state == PUBLISHED)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that nothing else has: `mes-forces`, then `mes-forces-2`."""
    known, count, name = set(taken), 1, wanted
    while name in known:
        count += 1
        name = f"{wanted[:70]}-{count}"
    return name
