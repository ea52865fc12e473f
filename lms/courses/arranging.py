"""The plan of a draft: modules and activities made, moved, taken out and put back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from lms.courses.drafting import ACTIVITY_COLUMNS, MODULE_COLUMNS, DraftInfo, free_name
from lms.courses.editing import module_row, told, touch, version_row
from lms.courses.events import PartRemoved
from lms.courses.models import ActivityRow, CourseFile, ModuleRow, RemovedPart
from lms.courses.permissions import PUBLISH_COURSE
from lms.courses.structure import parts_of
from lms.kernel.context import Context
from lms.kernel.database import key_for, new_key
from lms.kernel.rights import NotFound

DEFAULT_MINUTES = 10


def name_from(title: str, otherwise: str) -> str:
    """A title as the name of a file: `Ma première vente` → `ma-premiere-vente`."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("œ", "oe").replace("æ", "ae"))
    kept = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")[:60].strip("-") or otherwise


def add_module(ctx: Context, draft: DraftInfo, *, title: str, once: str = "") -> str:
    """Make an empty module, at the end; gives its key. A form that is sent twice (`once`) makes one."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    rows = modules_of(ctx, draft)
    key = key_for(once, draft.version_id, title) if once else new_key()
    if key in {one.key for one in rows}:
        return key
    row = ModuleRow(
        version_id=draft.version_id,
        key=key,
        slug=free_name(name_from(title, "module"), [one.slug for one in rows]),
        position=rows[-1].position + 1 if rows else 0,
        title=title.strip()[:200],
        head={},
    )
    ctx.session.add(row)
    told(ctx, draft, row.key)
    return row.key


def add_activity(
    ctx: Context,
    draft: DraftInfo,
    *,
    module_key: str,
    type_name: str,
    title: str,
    body: dict[str, Any] | None = None,
    minutes: int = DEFAULT_MINUTES,
    once: str = "",
) -> str:
    """Make an activity at the end of a module; gives its key. A form that is sent twice (`once`) makes one."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    if type_name not in ctx.registry.activity_types:
        raise NotFound
    module = module_row(ctx, draft, key=module_key)
    rows = activities_of(ctx, module)
    key = key_for(once, draft.version_id, module_key, type_name, title) if once else new_key()
    if key in {one.key for one in rows}:
        return key
    row = ActivityRow(
        version_id=draft.version_id,
        module_id=module.id,
        key=key,
        slug=free_name(f"{len(rows) + 1:02}-{name_from(title, type_name)}", [one.slug for one in rows]),
        position=rows[-1].position + 1 if rows else 0,
        type=type_name,
        title=title.strip()[:200],
        modality="face_to_face" if type_name == "session" else "asynchronous",
        minutes=minutes,
        objectives=[],
        body=body or {},
        compiled={},
    )
    ctx.session.add(row)
    told(ctx, draft, row.key)
    return row.key


def move_module(ctx: Context, draft: DraftInfo, *, key: str, step: int) -> None:
    """A module goes one place up (-1) or down (1)."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    _swap(modules_of(ctx, draft), key, step)
    told(ctx, draft, key)


def move_activity(ctx: Context, draft: DraftInfo, *, key: str, step: int) -> None:
    """An activity goes one place up (-1) or down (1); past the end of its module, into the next one."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    row = activity_row(ctx, draft, key=key)
    modules = modules_of(ctx, draft)
    here = next(module for module in modules if module.id == row.module_id)
    own = activities_of(ctx, here)
    place = [one.key for one in own].index(key) + step
    beside = modules.index(here) + step
    if 0 <= place < len(own):
        _swap(own, key, step)
    elif 0 <= beside < len(modules):
        target = modules[beside]
        order = [one.key for one in activities_of(ctx, target)]
        order.insert(0 if step > 0 else len(order), key)
        _settle_in(ctx, draft, row, here, target)
        _number(activities_of(ctx, target), order)
    told(ctx, draft, key)


def arrange_activities(ctx: Context, draft: DraftInfo, *, module_key: str, order: Sequence[str]) -> None:
    """A module holds these activities in this order: those of other modules that are named come into it."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    target = module_row(ctx, draft, key=module_key)
    modules = {module.id: module for module in modules_of(ctx, draft)}
    for key in order:
        row = activity_row(ctx, draft, key=key)
        if row.module_id != target.id:
            _settle_in(ctx, draft, row, modules[row.module_id], target)
    own = activities_of(ctx, target)
    _number(own, [*order, *(one.key for one in own if one.key not in set(order))])
    told(ctx, draft, module_key)


def remove_activity(ctx: Context, draft: DraftInfo, *, key: str) -> str:
    """Take an activity out, with what it fed; gives the key under which it can be put back."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row = activity_row(ctx, draft, key=key)
    module = ctx.session.get_one(ModuleRow, row.module_id)
    return _remove(ctx, draft, row.title, {"in": module.key, "activities": [_kept(row, ACTIVITY_COLUMNS)]}, [row])


def remove_module(ctx: Context, draft: DraftInfo, *, key: str) -> str:
    """Take a module out with its activities; gives the key under which it can be put back."""
    ctx.require(PUBLISH_COURSE, on=draft)
    module = module_row(ctx, draft, key=key)
    own = activities_of(ctx, module)
    parts = {
        "module": _kept(module, MODULE_COLUMNS),
        "activities": [_kept(one, ACTIVITY_COLUMNS) for one in own],
    }
    return _remove(ctx, draft, module.title, parts, own, module)


def put_back(ctx: Context, draft: DraftInfo, *, key: str) -> str:
    """Put back what was taken out, where it was; gives the key of the module where it stands."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version = version_row(ctx, draft)
    query = select(RemovedPart).where(RemovedPart.version_id == draft.version_id, RemovedPart.key == key)
    removed = ctx.session.scalar(query.with_for_update())
    if removed is None or "row" in removed.parts:
        raise NotFound
    module = _module_for(ctx, draft, removed.parts)
    taken = {one.slug for one in activities_of(ctx, module)}
    there = set(ctx.session.scalars(select(ActivityRow.key).where(ActivityRow.version_id == draft.version_id)))
    for fields in removed.parts["activities"]:
        if fields["key"] in there:  # files that were imported since have brought it back
            continue
        slug = free_name(fields["slug"], taken)
        taken.add(slug)
        row = ActivityRow(version_id=draft.version_id, module_id=module.id, **{**fields, "slug": slug, "compiled": {}})
        ctx.session.add(row)
    ctx.session.flush()
    own = sorted(activities_of(ctx, module), key=lambda one: (one.position, one.id))
    _number(own, [one.key for one in own])
    version.coverage = [*version.coverage, *(one for one in removed.parts["coverage"] if one not in version.coverage)]
    ctx.session.delete(removed)
    told(ctx, draft, module.key)
    return module.key


def keep_row(
    ctx: Context, draft: DraftInfo, *, key: str, steps: Sequence[str | int], row: Mapping[str, Any], title: str
) -> None:
    """Keep a row that its author takes out of an activity, such as a question; `steps` lead to it through the body."""
    ctx.require(PUBLISH_COURSE, on=draft)
    activity_row(ctx, draft, key=key)
    ctx.session.add(_removed(ctx, draft, title[:200], {"activity": key, "steps": list(steps), "row": dict(row)}))


def forget_row(ctx: Context, draft: DraftInfo, *, removed_key: str) -> None:
    """A row that was taken out stands again in its activity: its author has just saved it there."""
    ctx.require(PUBLISH_COURSE, on=draft)
    ctx.session.execute(
        delete(RemovedPart).where(RemovedPart.version_id == draft.version_id, RemovedPart.key == removed_key)
    )


def modules_of(ctx: Context, draft: DraftInfo) -> list[ModuleRow]:
    """The modules of a draft, in order."""
    query = select(ModuleRow).where(ModuleRow.version_id == draft.version_id)
    return list(ctx.session.scalars(query.order_by(ModuleRow.position, ModuleRow.id)))


def activities_of(ctx: Context, module: ModuleRow) -> list[ActivityRow]:
    """The activities of a module, in order."""
    query = select(ActivityRow).where(ActivityRow.module_id == module.id)
    return list(ctx.session.scalars(query.order_by(ActivityRow.position, ActivityRow.id)))


def activity_row(ctx: Context, draft: DraftInfo, *, key: str) -> ActivityRow:
    """An activity of a draft, or `NotFound`."""
    query = select(ActivityRow).where(ActivityRow.version_id == draft.version_id, ActivityRow.key == key)
    found = ctx.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _remove(
    ctx: Context,
    draft: DraftInfo,
    title: str,
    parts: dict[str, Any],
    rows: Sequence[ActivityRow],
    module: ModuleRow | None = None,
) -> str:
    version = version_row(ctx, draft)
    own = {key for row in rows for key in _keys_of(ctx, row)}
    parts["coverage"] = [entry for entry in version.coverage if entry["activity"] in own]
    version.coverage = [entry for entry in version.coverage if entry["activity"] not in own]
    removed = _removed(ctx, draft, title, parts)
    ctx.session.add(removed)
    ctx.session.execute(delete(ActivityRow).where(ActivityRow.id.in_([row.id for row in rows])))
    if module is not None:
        ctx.session.execute(delete(ModuleRow).where(ModuleRow.id == module.id))
    touch(ctx, draft)
    ctx.session.flush()
    ctx.tell(PartRemoved(version_id=draft.version_id, part=module.key if module else rows[0].key))
    return removed.key


def _removed(ctx: Context, draft: DraftInfo, title: str, parts: dict[str, Any]) -> RemovedPart:
    by = ctx.actor.membership_id if ctx.actor else None
    return RemovedPart(version_id=draft.version_id, title=title, parts=parts, removed_at=ctx.now, removed_by_id=by)


def _keys_of(ctx: Context, row: ActivityRow) -> list[str]:
    return [row.key, *(key for key, _title in parts_of(ctx, row))]


def _module_for(ctx: Context, draft: DraftInfo, parts: dict[str, Any]) -> ModuleRow:
    """The module that comes back; for a single activity, its own, or the first one when its own has gone too."""
    rows = modules_of(ctx, draft)
    if "module" not in parts:
        found = next((one for one in rows if one.key == parts["in"]), rows[0] if rows else None)
        if found is None:
            raise NotFound
        return found
    fields = parts["module"]
    again = next((one for one in rows if one.key == fields["key"]), None)
    if again is not None:
        return again
    module = ModuleRow(
        version_id=draft.version_id, **{**fields, "slug": free_name(fields["slug"], [one.slug for one in rows])}
    )
    ctx.session.add(module)
    ctx.session.flush()
    return module


def _kept(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}


def _swap(rows: Sequence[Any], key: str, step: int) -> None:
    order = [row.key for row in rows]
    if key not in order:
        raise NotFound
    place = order.index(key)
    if 0 <= place + step < len(order):
        order[place], order[place + step] = order[place + step], order[place]
    _number(rows, order)


def _number(rows: Sequence[Any], order: Sequence[str]) -> None:
    by_key = {row.key: row for row in rows}
    for place, key in enumerate(order):
        if key in by_key:
            by_key[key].position = place


def _settle_in(ctx: Context, draft: DraftInfo, row: ActivityRow, source: ModuleRow, target: ModuleRow) -> None:
    """An activity changes module: the files that it shows are in the new one too, under the same names."""
    taken = [one.slug for one in activities_of(ctx, target)]
    row.module_id, row.slug, row.compiled = target.id, free_name(row.slug, taken), {}
    files = ctx.session.scalars(select(CourseFile).where(CourseFile.version_id == draft.version_id)).all()
    there = {one.path for one in files}
    said = repr(row.body)
    for file in files:
        folder, _, path = file.path.partition("/")
        if folder == source.slug and path in said and f"{target.slug}/{path}" not in there:
            ctx.session.add(CourseFile(version_id=draft.version_id, path=f"{target.slug}/{path}", file_id=file.file_id))
    ctx.session.flush()
