"""Writing in a draft: one activity, one module or one page at a time. Nothing else of the course is read or made again.

Everything that is saved says what it was when it was read (its token): two authors cannot overwrite each other unknowingly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from lms.courses.drafting import DraftInfo, activity_token, same_as, token_of, written_bodies, written_plan
from lms.courses.events import DraftWritten
from lms.courses.heads import ActivityHead, CourseHead, GlossaryEntry, ModuleHead, ValueEntry
from lms.courses.models import DRAFT, ActivityRow, CourseVersion, ModuleRow, NamedValue
from lms.courses.permissions import PUBLISH_COURSE
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.kernel.yaml_files import checked, plain

TOLD_AGAIN_AFTER = timedelta(minutes=10)
_OWN = select(ActivityRow, CourseVersion.digest).join(CourseVersion, CourseVersion.id == ActivityRow.version_id)
_ONE = _OWN.where(
    ActivityRow.version_id == bindparam("version_id"), ActivityRow.key == bindparam("key"), CourseVersion.state == DRAFT
).with_for_update(of=ActivityRow)


class Unfit(Exception):
    """What was written cannot be kept: field → sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


def save_activity(
    ctx: Context, draft: DraftInfo, *, key: str, token: str, head: Mapping[str, Any], body: Mapping[str, Any]
) -> str:
    """Keep what an author has written of an activity; gives its new token.

    `head`: the fields that every activity has, all of them but `key` and `type`. The body may be unfinished: what is wrong
    with it is said before publishing. Raises `ChangedMeanwhile`, `Unfit`.
    """
    ctx.require(PUBLISH_COURSE, on=draft)
    row, digest = _activity(ctx, draft, key)
    same_as(token, activity_token(row))
    fit = _fit({**head, "key": row.key, "type": row.type}, ActivityHead)
    kept = _canonical(ctx, row.type, body)
    if kept != row.body:
        row.body, row.compiled = kept, {}
    row.title, row.modality, row.minutes = fit.title, str(fit.modality), fit.minutes
    row.optional, row.due_days = fit.optional, fit.due_days
    row.opens = plain(fit.opens) if fit.opens else None
    row.objectives = list(fit.objectives)
    written(ctx, draft, row, digest)
    return activity_token(row)


def save_body(ctx: Context, draft: DraftInfo, *, key: str, token: str, body: Mapping[str, Any]) -> str:
    """Keep a part of an activity that has a page of its own, such as a question; gives the activity's new token."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row, digest = _activity(ctx, draft, key)
    same_as(token, activity_token(row))
    row.body, row.compiled = _canonical(ctx, row.type, body), {}
    written(ctx, draft, row, digest)
    return activity_token(row)


def change_body(
    ctx: Context, draft: DraftInfo, *, key: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> None:
    """Change an activity's body as it stands at this moment, whoever has saved it: for what is added and replaces nothing."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row, digest = _activity(ctx, draft, key)
    row.body, row.compiled = _canonical(ctx, row.type, change(row.body)), {}
    written(ctx, draft, row, digest)


def written(ctx: Context, draft: DraftInfo, row: ActivityRow, digest: str) -> None:
    """Say who wrote and when: to the trail once for some minutes, or each word would be an event."""
    who = ctx.actor.membership_id if ctx.actor else None
    if row.edited_by_id != who or row.edited_at is None or ctx.now - row.edited_at > TOLD_AGAIN_AFTER:
        ctx.tell(DraftWritten(version_id=draft.version_id, part=row.key))
        row.edited_at = ctx.now
    row.edited_by_id = who
    if digest:
        touch(ctx, draft)
    ctx.session.flush()


def touch(ctx: Context, draft: DraftInfo) -> None:
    """The draft is no longer what was imported."""
    ctx.session.execute(update(CourseVersion).where(CourseVersion.id == draft.version_id).values(digest=""))


def save_module(ctx: Context, draft: DraftInfo, *, key: str, token: str, fields: Mapping[str, Any]) -> None:
    """Keep a module's title, summary, objectives and block. Raises `ChangedMeanwhile`, `Unfit`."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row = module_row(ctx, draft, key=key)
    same_as(token, token_of(row.title, row.head))
    fit = _fit({**fields, "key": row.key}, ModuleHead)
    row.title, row.head = fit.title, plain(fit, without=("key", "title", "activities"))
    told(ctx, draft, row.key)


def module_row(ctx: Context, draft: DraftInfo, *, key: str) -> ModuleRow:
    """A module of a draft, locked, or `NotFound`."""
    query = select(ModuleRow).where(ModuleRow.version_id == draft.version_id, ModuleRow.key == key)
    found = ctx.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def told(ctx: Context, draft: DraftInfo, part: str) -> None:
    """A page of the draft was written."""
    touch(ctx, draft)
    ctx.session.flush()
    ctx.tell(DraftWritten(version_id=draft.version_id, part=part))


# ----------------------------------------------------------------------------------------------- pages of the course


def version_row(ctx: Context, draft: DraftInfo) -> CourseVersion:
    """The draft itself, locked; `NotFound` once it is published."""
    query = select(CourseVersion).where(CourseVersion.id == draft.version_id, CourseVersion.state == DRAFT)
    found = ctx.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def course_page(ctx: Context, draft: DraftInfo) -> tuple[dict[str, Any], str]:
    """What every course says of itself, and its token."""
    row = ctx.session.get_one(CourseVersion, draft.version_id)
    fields = {"title": row.title, "language": row.language, "framework": row.framework, **row.head}
    return fields, token_of(fields)


def save_course_page(ctx: Context, draft: DraftInfo, *, token: str, fields: Mapping[str, Any]) -> None:
    """Keep the title, summary, audience, prerequisites, objectives and so on. Raises `ChangedMeanwhile`, `Unfit`."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row = version_row(ctx, draft)
    same_as(token, course_page(ctx, draft)[1])
    fit = _fit({**fields, "key": draft.course_key, "slug": "x"}, CourseHead)
    row.title, row.language, row.framework = fit.title, fit.language, fit.framework
    row.head = plain(fit, without=("key", "slug", "title", "language", "framework", "modules", "coverage"))
    told(ctx, draft, "course")


def coverage_page(ctx: Context, draft: DraftInfo) -> tuple[list[dict[str, Any]], str]:
    """What feeds which criterion, and its token."""
    row = ctx.session.get_one(CourseVersion, draft.version_id)
    return list(row.coverage), token_of(row.coverage)


def save_coverage(ctx: Context, draft: DraftInfo, *, token: str, coverage: Sequence[Mapping[str, Any]]) -> None:
    """Keep what feeds which criterion. Raises `ChangedMeanwhile`."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row = version_row(ctx, draft)
    same_as(token, token_of(row.coverage))
    row.coverage = [dict(entry) for entry in coverage]
    told(ctx, draft, "coverage")


def glossary_page(ctx: Context, draft: DraftInfo) -> tuple[list[dict[str, Any]], str]:
    """The words, and their token."""
    row = ctx.session.get_one(CourseVersion, draft.version_id)
    return list(row.glossary), token_of(row.glossary)


def save_glossary(ctx: Context, draft: DraftInfo, *, token: str, entries: Iterable[Mapping[str, Any]]) -> None:
    """Keep the words. What speaks of them is made again. Raises `ChangedMeanwhile`, `Unfit`."""
    ctx.require(PUBLISH_COURSE, on=draft)
    row = version_row(ctx, draft)
    same_as(token, token_of(row.glossary))
    row.glossary = [plain(_fit(entry, GlossaryEntry)) for entry in entries]
    make_again(ctx, draft)
    told(ctx, draft, "glossary")


def values_page(ctx: Context, draft: DraftInfo) -> tuple[list[dict[str, Any]], str]:
    """The named values, and their token."""
    rows = ctx.session.scalars(
        select(NamedValue).where(NamedValue.version_id == draft.version_id).order_by(NamedValue.position, NamedValue.id)
    )
    names = ("name", "label", "text", "territory", "source", "checked")
    found = [{name: getattr(row, name) for name in names} for row in rows]
    return found, token_of(found)


def save_values(ctx: Context, draft: DraftInfo, *, token: str, entries: Iterable[Mapping[str, Any]]) -> None:
    """Keep the named values; one whose text or source has changed waits to be confirmed again. Raises as above."""
    ctx.require(PUBLISH_COURSE, on=draft)
    version_row(ctx, draft)
    before, found = values_page(ctx, draft)
    same_as(token, found)
    known = {(one["name"], one["text"], one["source"]): one["checked"] for one in before}
    fits = [_fit(entry, ValueEntry) for entry in entries]
    if len({fit.name for fit in fits}) != len(fits):
        raise Unfit({"name": "Deux valeurs ont le même nom : changez-en un."})
    ctx.session.execute(delete(NamedValue).where(NamedValue.version_id == draft.version_id))
    ctx.session.add_all(
        NamedValue(
            version_id=draft.version_id,
            position=place,
            checked=known.get((fit.name, fit.text, fit.source)),
            **{name: getattr(fit, name) for name in ("name", "label", "text", "territory", "source")},
        )
        for place, fit in enumerate(fits)
    )
    make_again(ctx, draft)
    told(ctx, draft, "values")


def whole_token(ctx: Context, draft: DraftInfo) -> str:
    """What the whole draft is at this moment: who publishes it publishes what they have seen."""
    row = ctx.session.get_one(CourseVersion, draft.version_id)
    own = (row.title, row.language, row.framework, row.head, row.coverage, row.glossary, values_page(ctx, draft)[1])
    plan = [(one.key, one.token, [line.key for line in one.activities]) for one in written_plan(ctx, draft)]
    bodies = [activity_token(one) for one in written_bodies(ctx, draft.version_id).values()]
    return token_of(own, plan, sorted(bodies))


def make_again(ctx: Context, draft: DraftInfo) -> None:
    """What stands around the texts has changed: their types look at them again before publishing."""
    ctx.session.execute(update(ActivityRow).where(ActivityRow.version_id == draft.version_id).values(compiled={}))


# ------------------------------------------------------------------------------------------------------------ inside


def _activity(ctx: Context, draft: DraftInfo, key: str) -> tuple[ActivityRow, str]:
    found = ctx.session.execute(
        _ONE, {"version_id": draft.version_id, "key": key}, execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _canonical(ctx: Context, type_name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as its type writes it; unfinished ones may be more than a type can put in order."""
    kind = ctx.registry.activity_types.get(type_name)
    try:
        return kind.canonical(body) if kind else dict(body)
    except (TypeError, KeyError, ValueError, AttributeError):
        return dict(body)


def _fit(fields: Mapping[str, Any], kind: type[msgspec.Struct]) -> Any:
    problems: list[str] = []
    found = checked({name: value for name, value in fields.items() if value is not None}, kind, problems)
    if found is None:
        raise Unfit({problem.split(" : ")[0].split(" n°")[0].split(",")[0]: problem for problem in problems})
    return found
