"""What a draft changes, activity by activity, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.authoring.diffing import Change, changes_between
from lms.authoring.heads import ACTIVITY, head_values
from lms.authoring.pages import form_of
from lms.contract.forms import FormField
from lms.courses.api import writing
from lms.kernel.context import Context
from lms.kernel.i18n import gettext

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """An activity that is new, gone or different."""

    key: str
    title: str
    kind: str
    changes: tuple[Change, ...] = ()


def activity_changes(ctx: Context, draft: writing.DraftInfo) -> list[ActivityChange]:
    """New ones, changed ones, then those that are gone. A course without a version in force has no changes to show."""
    before_id = writing.published_before(ctx, draft)
    if before_id is None:
        return []
    old, new = writing.written_bodies(ctx, before_id), writing.written_bodies(ctx, draft.version_id)
    titles = {key: row.title for key, row in [*old.items(), *new.items()]}
    found = []
    for key, row in new.items():
        if key not in old:
            found.append(ActivityChange(key, row.title, ADDED))
            continue
        changes = changes_between(_fields(ctx, row), _values(old[key], titles), _values(row, titles))
        if changes:
            found.append(ActivityChange(key, row.title, CHANGED, tuple(changes)))
    return found + [ActivityChange(key, row.title, REMOVED) for key, row in old.items() if key not in new]


def _fields(ctx: Context, row: Any) -> tuple[FormField, ...]:
    kind = ctx.registry.activity_types.get(row.type)
    return (*ACTIVITY, *form_of(kind))


def _values(row: Any, titles: dict[str, str]) -> dict[str, Any]:
    head = head_values(row)
    if "after" in head:
        head["after"] = titles.get(head["after"], gettext("une activité retirée"))
    return {**head, **row.body}
