"""What pages show of a version: its named values as learners may read them; a draft as the person will see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lms.contract.types import ActivityView, PlayState, Role, Scope
from lms.courses.compiling import Making
from lms.courses.data import EnrolmentInfo, Play
from lms.courses.drafting import DraftInfo, WrittenActivity, written_activity
from lms.courses.learner import Way, done_alone, way_of
from lms.courses.models import CourseVersion
from lms.courses.phrases import Phrases
from lms.courses.progress import activity_iri
from lms.courses.structure import structure
from lms.courses.values import confirmed_values
from lms.kernel.context import Context
from lms.kernel.rights import Grant
from lms.kernel.text import show_values, value_names

NOBODY = "00000000-0000-0000-0000-000000000000"
"""The registration of who looks at a draft: no statement has it."""


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


def as_learner(ctx: Context) -> Context:
    """The same person with the role of a learner alone: what is drawn with it has a learner's bar and words."""
    return replace(ctx, grants=(Grant(Role.LEARNER, Scope.PERSON, ctx.subject.membership_id),))


def draft_path(ctx: Context, draft: DraftInfo) -> tuple[Way, Phrases]:
    """The path of a draft as someone sees it who has come in today. `ctx`: see `as_learner`."""
    way = way_of(
        structure(ctx, draft.version_id),
        _someone(ctx, draft),
        progress={},
        granted=(),
        now=ctx.now,
        zone=ctx.here.timezone,
        alone=done_alone(ctx.registry.activity_types),
    )
    return way, Phrases(ctx, way)


def _someone(ctx: Context, draft: DraftInfo) -> EnrolmentInfo:
    """An enrolment that nobody has: its numbers are no row's, so that nothing of anyone is found by them."""
    return EnrolmentInfo(
        0, "", NOBODY, ctx.subject.membership_id, 0, draft.course_id, draft.version_id, ctx.now, None, ""
    )  # fmt: skip


def draft_made(ctx: Context, draft: DraftInfo, *, key: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the type makes of an activity of a draft, with what it refuses in it; with problems there is nothing to draw."""
    compiled, problems = _made(ctx, draft, written_activity(ctx, draft, key=key))
    return compiled, tuple(problems)


def _made(ctx: Context, draft: DraftInfo, own: WrittenActivity) -> tuple[dict[str, Any], list[str]]:
    version = ctx.session.get_one(CourseVersion, draft.version_id)
    return Making(ctx, version).made(own.type, own.body, own.module_slug)


def draft_page(ctx: Context, draft: DraftInfo, *, key: str, base: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """An activity of a draft as a learner sees it who has it open: template, what it needs, and what its type refuses in it.

    `base`: the address of the path that the page belongs to. With problems there is nothing to draw. `ctx`: see `as_learner`.
    """
    own = written_activity(ctx, draft, key=key)
    compiled, problems = _made(ctx, draft, own)
    way, phrases = draft_path(ctx, draft)
    before, after = way.around(key)
    stage, step = way.at(key)
    kind = ctx.registry.activity_types.get(own.type)
    state = PlayState(0, NOBODY, "", 0, None, f"{NOBODY}:{key}:1")
    view = ActivityView(
        key=key,
        title=step.info.title,
        body=own.body,
        compiled=_within(compiled, f"/parcours/{draft.course_key}/mots", f"{base}/mots"),
        iri=activity_iri(ctx, key),
        course_key=draft.course_key,
        version=draft.number,
        version_id=draft.version_id,
        modality=own.modality,
        minutes=own.minutes,
    )
    activity = with_values(ctx, view, draft.course_id)
    play = Play(
        _someone(ctx, draft), activity, step.info, state, is_open=True, closed_because="", opens_at=None,
        due_at=step.due_at, is_late=False,
    )  # fmt: skip
    frame: dict[str, Any] = {
        "activity": activity,
        "state": state,
        "play": play,
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
    frame["foot_panels"] = ctx.registry.panels_at("lesson foot", ctx, play)
    return kind.template, {**frame, **kind.page(ctx, activity, state)}, ()


def _within(compiled: Any, address: str, other: str) -> Any:
    """What a type made, its links to one address leading to another."""
    if isinstance(compiled, str):
        return compiled.replace(f'href="{address}', f'href="{other}')
    if isinstance(compiled, Mapping):
        return {name: _within(part, address, other) for name, part in compiled.items()}
    return [_within(part, address, other) for part in compiled] if isinstance(compiled, list) else compiled
