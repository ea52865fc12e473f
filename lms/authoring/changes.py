"""What a draft changes, in words: the course itself, its modules with the order of what they hold, then each activity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lms.authoring.diffing import Change, changes_between
from lms.authoring.heads import ACTIVITY, MODULE, head_values
from lms.authoring.pages import form_of
from lms.authoring.wholes import COURSE_PAGES
from lms.contract.forms import FormField, Kind
from lms.courses.api import writing
from lms.kernel.context import Context
from lms.kernel.i18n import mark

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
MODULE_PLACE, ACTIVITY_PLACE = "module", "activity"
_MODULES = FormField("modules", mark("Modules, dans l’ordre"), Kind.LINES)
_ORDER = FormField("order", mark("Activités, dans l’ordre"), Kind.LINES)


@dataclass(frozen=True, slots=True)
class PartChange:
    """Something that is new, gone or different. `place`: a page of the course (`COURSE_PAGES`), `module` or `activity`."""

    place: str
    key: str
    title: str
    kind: str
    changes: tuple[Change, ...] = ()


def draft_changes(ctx: Context, draft: writing.DraftInfo) -> list[PartChange]:
    """All that differs from the version in force. A course without one has no changes to show."""
    before_id = writing.published_before(ctx, draft)
    if before_id is None:
        return []
    before = replace(draft, version_id=before_id)
    return [*_pages(ctx, before, draft), *_modules(ctx, before, draft), *_activities(ctx, before, draft)]


def _pages(ctx: Context, before: writing.DraftInfo, draft: writing.DraftInfo) -> Iterator[PartChange]:
    titles = _titles(ctx, before) | _titles(ctx, draft)
    for place, kind in COURSE_PAGES.items():
        old, new = kind.page(ctx, before), kind.page(ctx, draft)
        fields, was, now = new.fields, dict(old.values), dict(new.values)
        if place == "parcours":
            fields = (*fields, _MODULES)
            was["modules"], now["modules"] = (
                [one.title for one in writing.written_plan(ctx, which)] for which in (before, draft)
            )
        changes = changes_between(fields, was, now, titles)
        if changes:
            yield PartChange(place, "", new.title, CHANGED, tuple(changes))


def _modules(ctx: Context, before: writing.DraftInfo, draft: writing.DraftInfo) -> Iterator[PartChange]:
    old, new = ({one.key: one for one in writing.written_plan(ctx, which)} for which in (before, draft))
    for key, module in new.items():
        if key not in old:
            yield PartChange(MODULE_PLACE, key, module.title, ADDED)
            continue
        changes = changes_between((*MODULE, _ORDER), _module(old[key]), _module(module))
        if changes:
            yield PartChange(MODULE_PLACE, key, module.title, CHANGED, tuple(changes))
    yield from (PartChange(MODULE_PLACE, key, one.title, REMOVED) for key, one in old.items() if key not in new)


def _module(module: Any) -> dict[str, Any]:
    return {**module.head, "title": module.title, "order": [one.title for one in module.activities]}


def _activities(ctx: Context, before: writing.DraftInfo, draft: writing.DraftInfo) -> Iterator[PartChange]:
    old, new = (writing.written_bodies(ctx, which.version_id) for which in (before, draft))
    titles = {key: row.title for key, row in [*old.items(), *new.items()]}
    for key, row in new.items():
        if key not in old:
            yield PartChange(ACTIVITY_PLACE, key, row.title, ADDED)
            continue
        fields = (*ACTIVITY, *form_of(ctx.registry.activity_types.get(row.type)))
        changes = changes_between(fields, _values(old[key]), _values(row), titles)
        if changes:
            yield PartChange(ACTIVITY_PLACE, key, row.title, CHANGED, tuple(changes))
    yield from (PartChange(ACTIVITY_PLACE, key, row.title, REMOVED) for key, row in old.items() if key not in new)


def _values(row: Any) -> dict[str, Any]:
    return {**head_values(row), **row.body}


def _titles(ctx: Context, draft: writing.DraftInfo) -> dict[str, str]:
    return {key: row.title for key, row in writing.written_bodies(ctx, draft.version_id).items()}
