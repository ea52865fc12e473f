"""A course, or a module, taken over as one's own: the same texts under new keys, so that nobody's figures mix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.courses.arranging import modules_of, name_from
from lms.courses.drafting import (
    ACTIVITY_COLUMNS,
    MODULE_COLUMNS,
    VALUE_COLUMNS,
    DraftInfo,
    copy_rows,
    draft_to_write,
    free_name,
)
from lms.courses.drafts import keys_within
from lms.courses.editing import told, version_row
from lms.courses.events import DraftBegun
from lms.courses.models import (
    DRAFT,
    ActivityRow,
    Course,
    CourseFile,
    CourseVersion,
    ModuleRow,
    NamedValue,
)
from lms.courses.permissions import PUBLISH_COURSE, READ_COURSE
from lms.kernel.context import Context
from lms.kernel.database import key_for, new_key
from lms.kernel.rights import Forbidden, NotFound

LICENCE = "CC-BY-SA-4.0"
_VALUE = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")
_WORD = re.compile(r"\(glossaire:([^)]+)\)")


def made_once(ctx: Context, *, key: str, make: Callable[[str], DraftInfo]) -> DraftInfo:
    """The draft that `make` makes under this key; when a form was sent twice, the one that it has made already."""
    found = ctx.session.scalar(select(Course.id).where(Course.key == key))
    try:
        if found is None:
            with ctx.session.begin_nested():
                return make(key)
    except IntegrityError:  # the other one has just finished
        ctx.session.expire_all()
    return draft_to_write(ctx, key)


def create_course(ctx: Context, *, title: str, language: str = "fr", key: str = "") -> DraftInfo:
    """A course with nothing in it yet."""
    _may_create(ctx)
    return _begun(ctx, title.strip()[:200], language, framework="", head={"licence": LICENCE}, key=key)


def copy_course(ctx: Context, *, course_key: str, title: str, key: str = "") -> DraftInfo:
    """A course as one's own: its version in force, or its draft while there is none, under new keys."""
    _may_create(ctx)
    source = readable_version(ctx, course_key)
    title = title.strip()[:200] or source.title
    draft = _begun(ctx, title, source.language, source.framework, source.head, key=key)
    copy_rows(ctx, source.id, draft.version_id)
    version = version_row(ctx, draft)
    version.glossary = source.glossary
    modules = modules_of(ctx, draft)
    query = select(ActivityRow).where(ActivityRow.version_id == draft.version_id)
    activities = list(ctx.session.scalars(query))
    named = _renamer(
        [*(one.key for one in modules), *(one.key for one in activities)], [one.body for one in activities]
    )
    for module in modules:
        module.key = named(module.key)
    for row in activities:
        row.key, row.body, row.opens, row.compiled = named(row.key), named(row.body), named(row.opens), {}
    version.coverage = named(source.coverage)
    ctx.session.flush()
    return draft


def copy_module(ctx: Context, draft: DraftInfo, *, course_key: str, module_key: str, once: str = "") -> str:
    """A module of any course that one reads, at the end of a draft, with its files, values and words; gives its new key.

    A form that is sent twice (`once`) copies it once.
    """
    ctx.require(PUBLISH_COURSE, on=draft)
    version = version_row(ctx, draft)
    source = readable_version(ctx, course_key)
    query = select(ModuleRow).where(ModuleRow.version_id == source.id, ModuleRow.key == module_key)
    module = ctx.session.scalar(query)
    if module is None:
        raise NotFound
    rows = modules_of(ctx, draft)
    key = key_for(once, draft.version_id, module_key) if once else new_key()
    if key in {one.key for one in rows}:
        return key
    activities = ctx.session.scalars(
        select(ActivityRow).where(ActivityRow.module_id == module.id).order_by(ActivityRow.position)
    ).all()
    named = _renamer([one.key for one in activities], [one.body for one in activities])
    made = ModuleRow(
        version_id=draft.version_id,
        **{name: getattr(module, name) for name in MODULE_COLUMNS}
        | {
            "key": key,
            "slug": free_name(module.slug, [one.slug for one in rows]),
            "position": rows[-1].position + 1 if rows else 0,
        },
    )
    ctx.session.add(made)
    ctx.session.flush()
    known = {named(one.key) for one in activities}
    for one in activities:
        fields = {name: getattr(one, name) for name in ACTIVITY_COLUMNS}
        opens = named(one.opens)
        fields |= {
            "key": named(one.key),
            "body": named(one.body),
            "compiled": {},
            "opens": None if opens and "after" in opens and opens["after"] not in known else opens,
        }
        ctx.session.add(ActivityRow(version_id=draft.version_id, module_id=made.id, **fields))
    _files(ctx, source.id, module.slug, draft.version_id, made.slug)
    said = repr([one.body for one in activities])
    _values(ctx, source.id, draft.version_id, frozenset(_VALUE.findall(said)))
    words = frozenset(_WORD.findall(said))
    have = {entry["term"] for entry in version.glossary}
    version.glossary = [
        *version.glossary,
        *(entry for entry in source.glossary if entry["term"] in words and entry["term"] not in have),
    ]
    told(ctx, draft, made.key)
    return made.key


def readable_version(ctx: Context, course_key: str) -> CourseVersion:
    """The version in force of a course that the actor may read, or its draft while there is none; or `NotFound`."""
    found = ctx.session.scalar(
        select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == course_key, ctx.visible(READ_COURSE, Course))
        .order_by(CourseVersion.state == DRAFT, CourseVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def _may_create(ctx: Context) -> None:
    if not ctx.holds_everywhere(PUBLISH_COURSE):
        raise Forbidden(PUBLISH_COURSE.name)


def _begun(ctx: Context, title: str, language: str, framework: str, head: Mapping[str, Any], *, key: str) -> DraftInfo:
    slug = free_name(name_from(title, "parcours"), ctx.session.scalars(select(Course.slug)))
    course = Course(key=key or new_key(), slug=slug)
    ctx.session.add(course)
    ctx.session.flush()
    version = CourseVersion(
        course_id=course.id,
        number=1,
        state=DRAFT,
        title=title,
        language=language,
        framework=framework,
        head=dict(head),
        coverage=[],
        glossary=[],
    )
    ctx.session.add(version)
    ctx.session.flush()
    ctx.tell(DraftBegun(course_id=course.id, version_id=version.id))
    return DraftInfo(version.id, course.id, course.key, 1, title)


def _renamer(keys: list[str], bodies: list[Any]) -> Callable[[Any], Any]:
    """A function that gives any value back with the old keys replaced by new ones, wherever they stand alone."""
    new = {key: new_key() for key in [*keys, *(key for body in bodies for key in keys_within(body))]}

    def named(value: Any) -> Any:
        if isinstance(value, str):
            return new.get(value, value)
        if isinstance(value, Mapping):
            return {name: named(one) for name, one in value.items()}
        return [named(one) for one in value] if isinstance(value, list | tuple) else value

    return named


def _files(ctx: Context, source: int, module: str, target: int, new_module: str) -> None:
    rows = ctx.session.scalars(
        select(CourseFile).where(
            CourseFile.version_id == source, CourseFile.path.startswith(f"{module}/", autoescape=True)
        )
    ).all()
    ctx.session.add_all(
        CourseFile(version_id=target, path=f"{new_module}/{row.path.partition('/')[2]}", file_id=row.file_id)
        for row in rows
    )


def _values(ctx: Context, source: int, target: int, names: frozenset[str]) -> None:
    have = set(ctx.session.scalars(select(NamedValue.name).where(NamedValue.version_id == target)))
    rows = ctx.session.scalars(
        select(NamedValue).where(NamedValue.version_id == source, NamedValue.name.in_(sorted(names - have)))
    ).all()
    ctx.session.add_all(
        NamedValue(version_id=target, **{name: getattr(row, name) for name in VALUE_COLUMNS}) for row in rows
    )
