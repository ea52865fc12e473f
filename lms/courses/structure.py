"""The structure of a course version and what its activities say: kept per process once published, for they never change."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import Any

from sqlalchemy import bindparam, select

from lms.courses.data import ActivityInfo, ModuleInfo, Structure
from lms.courses.models import PUBLISHED, ActivityRow, Course, CourseVersion, ModuleRow
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.text import unbroken

_kept: dict[tuple[str, int, int], Structure] = {}
_MOST_KEPT = 500
_contents: OrderedDict[tuple[tuple[str, int, int], str], tuple[Any, Any]] = OrderedDict()
_MOST_CONTENTS = 200
"""Some 50 kB each at the most: 10 MB. What was asked for longest ago leaves first."""

_VERSION = select(CourseVersion, Course.key.label("course_key")).join(Course, Course.id == CourseVersion.course_id)
_MODULES = select(ModuleRow.id, ModuleRow.key, ModuleRow.title, ModuleRow.head).order_by(ModuleRow.position)
_ACTIVITIES = select(
    ActivityRow.module_id,
    ActivityRow.key,
    ActivityRow.position,
    ActivityRow.type,
    ActivityRow.title,
    ActivityRow.modality,
    ActivityRow.minutes,
    ActivityRow.optional,
    ActivityRow.due_days,
    ActivityRow.opens,
    ActivityRow.objectives,
    ActivityRow.body,
).order_by(ActivityRow.position)
_CONTENT = select(ActivityRow.body, ActivityRow.compiled).where(
    ActivityRow.version_id == bindparam("version_id"), ActivityRow.key == bindparam("key")
)


def structure(ctx: Context, version_id: int) -> Structure:
    """The structure of a version; `NotFound` when there is none in this organisation."""
    place = _place(ctx, version_id)
    kept = _kept.get(place)
    if kept is None:
        kept, published = _read(ctx, version_id)
        if published:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[place] = kept
    return kept


def content_of(ctx: Context, version_id: int, *, key: str) -> tuple[Any, Any]:
    """(body, compiled) of an activity, to be read and not changed; `NotFound` when there is none in this organisation."""
    place = (_place(ctx, version_id), key)
    kept = _contents.get(place)
    if kept is not None:
        with suppress(KeyError):  # another thread made room in this moment
            _contents.move_to_end(place)
        return kept
    found = ctx.session.execute(_CONTENT, {"version_id": version_id, "key": key}).one_or_none()
    if found is None:
        raise NotFound
    content = (found.body, found.compiled)
    if place[0] in _kept:  # a published version
        _contents[place] = content
        while len(_contents) > _MOST_CONTENTS:
            _contents.popitem(last=False)
    return content


def forget_structures() -> None:
    """Read everything again: tests empty the database under a process, and its ids come back."""
    _kept.clear()
    _contents.clear()


def _place(ctx: Context, version_id: int) -> tuple[str, int, int]:
    return (str(ctx.session.get_bind().engine.url), ctx.here.id, version_id)


def _read(ctx: Context, version_id: int) -> tuple[Structure, bool]:
    found = ctx.session.execute(_VERSION.where(CourseVersion.id == version_id)).one_or_none()
    if found is None:
        raise NotFound
    version: CourseVersion = found[0]
    modules = ctx.session.execute(_MODULES.where(ModuleRow.version_id == version_id)).all()
    rows = ctx.session.execute(_ACTIVITIES.where(ActivityRow.version_id == version_id)).all()
    built = tuple(_module(module, [row for row in rows if row.module_id == module.id]) for module in modules)
    activities = {one.key: one for module in built for one in module.activities}
    parts = {key: (row.key, title) for row in rows for key, title in parts_of(ctx, row)}
    return (
        Structure(
            version_id=version.id,
            number=version.number,
            course_id=version.course_id,
            course_key=found.course_key,
            title=unbroken(version.title),
            language=version.language,
            framework=version.framework,
            head=version.head,
            coverage=tuple(version.coverage),
            modules=built,
            glossary=tuple(version.glossary),
            activities=activities,
            parts=parts,
        ),
        version.state == PUBLISHED,
    )


def parts_of(ctx: Context, row: Any) -> list[tuple[str, str]]:
    """(key, title) of the parts of an activity; none of one that is so unfinished that its type cannot say."""
    kind = ctx.registry.activity_types.get(row.type)
    try:
        return list(kind.parts(row.body)) if kind else []
    except (KeyError, TypeError, AttributeError):
        return []


def _module(row: Any, activities: list[Any]) -> ModuleInfo:
    return ModuleInfo(
        key=row.key,
        title=unbroken(row.title),
        summary=row.head.get("summary", ""),
        block=row.head.get("block", ""),
        objectives=tuple(row.head.get("objectives", ())),
        activities=tuple(
            ActivityInfo(
                key=one.key,
                module_key=row.key,
                position=one.position,
                type=one.type,
                title=unbroken(one.title),
                modality=one.modality,
                minutes=one.minutes,
                optional=one.optional,
                due_days=one.due_days,
                opens=one.opens,
                objectives=tuple(one.objectives),
            )
            for one in activities
        ),
    )
