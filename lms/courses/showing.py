"""What pages show of a version: its named values as learners may read them; a draft as the person will see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lms.contract.types import ActivityView, PlayState
from lms.courses.compiling import Making
from lms.courses.drafting import DraftInfo, written_activity
from lms.courses.learner import Way, preview_of
from lms.courses.models import CourseVersion
from lms.courses.phrases import Phrases
from lms.courses.progress import activity_iri
from lms.courses.structure import structure
from lms.courses.values import confirmed_values
from lms.kernel.context import Context
from lms.kernel.text import show_values, value_names


def with_values(ctx: Context, view: ActivityView, course_id: int) -> ActivityView:
    """The named values that learners may read stand in the texts; sentences with others are replaced."""
    if not _names(view.compiled):
        return view
    confirmed = confirmed_values(ctx, course_id=course_id, version_id=view.version_id)
    return replace(view, compiled=shown_text(view.compiled, confirmed))


def _names(compiled: Any) -> frozenset[str]:
    if isinstance(compiled, str):
        return value_names(compiled)
    parts = compiled.values() if isinstance(compiled, Mapping) else compiled if isinstance(compiled, list) else ()
    return frozenset(name for part in parts for name in _names(part))


def shown_text(compiled: Any, confirmed: Mapping[str, str]) -> Any:
    """What a type made, with these values in it."""
    if isinstance(compiled, str):
        return show_values(compiled, confirmed)
    if isinstance(compiled, Mapping):
        return {name: shown_text(part, confirmed) for name, part in compiled.items()}
    return [shown_text(part, confirmed) for part in compiled] if isinstance(compiled, list) else compiled


def draft_path(ctx: Context, draft: DraftInfo) -> tuple[Way, Phrases]:
    """The path of a draft as the person will see it."""
    way = preview_of(structure(ctx, draft.version_id))
    return way, Phrases(ctx, way)


def draft_page(ctx: Context, draft: DraftInfo, *, key: str, base: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """An activity of a draft as the person will see it: template, what it needs, and what its type refuses in it.

    `base`: the address of the path that the page belongs to. With problems there is nothing to draw.
    """
    own = written_activity(ctx, draft, key=key)
    making = Making(ctx, ctx.session.get_one(CourseVersion, draft.version_id))
    compiled, problems = making.made(own.type, own.body, own.module_slug)
    way, phrases = draft_path(ctx, draft)
    before, after = way.around(key)
    stage, step = way.at(key)
    kind = ctx.registry.activity_types.get(own.type)
    state = PlayState(0, "", "", 0, None, f"preview:{key}:1", is_preview=True)
    view = ActivityView(
        key=key,
        title=step.info.title,
        body=own.body,
        compiled=compiled,
        iri=activity_iri(ctx, key),
        course_key=draft.course_key,
        version=draft.number,
        version_id=draft.version_id,
        modality=own.modality,
        minutes=own.minutes,
    )
    activity = with_values(ctx, view, draft.course_id)
    frame: dict[str, Any] = {
        "activity": activity,
        "state": state,
        "play": None,
        "stage": stage,
        "step": step,
        "before": before,
        "after": after,
        "base": base,
        "here": f"{base}/{key}",
        "phrases": phrases,
        "foot_panels": [],
    }
    if kind is None or problems:
        return "", frame, tuple(problems)
    return kind.template, {**frame, **kind.page(ctx, activity, state)}, ()
