"""Answers for who looks at a group: results by question, and who answered in their own name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.accounts.api import people
from lms.activities.questionnaire.answering import Result, results_of
from lms.activities.questionnaire.kind import KIND
from lms.activities.questionnaire.models import Ballot, Reply
from lms.activities.questionnaire.permissions import READ
from lms.courses.api import ActivityInfo, CohortInfo, content_of, done_counts, present_by_version, structure
from lms.kernel.context import Context
from lms.kernel.paging import PAGE, Listed
from lms.kernel.rights import NotFound

MOST_READ = 5_000
MOST_TEXTS = 200


@dataclass(frozen=True, slots=True)
class QuestionnaireLine:
    """A questionnaire of a group's path: `answered` people of `total`."""

    info: ActivityInfo
    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class Results:
    """What a group answered. `counted`: how many sheets of answers the figures rest on."""

    info: ActivityInfo
    is_anonymous: bool
    purpose: str
    counted: int
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """Who answered in their own name, and when."""

    key: str
    name: str
    replied_at: datetime


def questionnaires_of(ctx: Context, cohort: CohortInfo) -> list[QuestionnaireLine]:
    """The questionnaires in the paths of the present people of a group, in order."""
    found: dict[str, tuple[ActivityInfo, int]] = {}
    for version, people_there in sorted(present_by_version(ctx, cohort.id).items(), reverse=True):
        for info in structure(ctx, version).activities.values():
            if info.type == KIND.name:
                known, total = found.get(info.key, (info, 0))
                found[info.key] = (known, total + people_there)
    counts = done_counts(ctx, cohort.id, activity_keys=list(found))
    return [QuestionnaireLine(info, counts.get(key, 0), total) for key, (info, total) in found.items()]


def results(ctx: Context, cohort: CohortInfo, *, activity_key: str) -> Results:
    """What a group answered, question by question; anonymous answers only as far as they are counted.

    `NotFound` when no path of the group has it. The caller has asked for the right on the group.
    """
    version_id = _version_with(ctx, cohort, activity_key)
    body, _compiled = content_of(ctx, version_id, key=activity_key)
    is_anonymous = bool(body.get("anonymous"))
    table: Any = Ballot if is_anonymous else Reply
    query = select(table.answers).where(table.cohort_id == cohort.id, table.activity_key == activity_key)
    if is_anonymous:
        query = query.where(Ballot.is_counted.is_(True))
    sheets = ctx.session.scalars(query.order_by(table.id).limit(MOST_READ)).all()
    info = structure(ctx, version_id).activities[activity_key]
    return Results(info, is_anonymous, body["purpose"], len(sheets), tuple(results_of(body, sheets)))


def reply_lines(ctx: Context, cohort: CohortInfo, *, activity_key: str, number: int = 1) -> Listed[ReplyLine]:
    """Who of a group answered in their own name, by name. The caller has asked for the right on the group."""
    where = (Reply.cohort_id == cohort.id, Reply.activity_key == activity_key)
    total = ctx.session.scalar(select(func.count()).select_from(Reply).where(*where)) or 0
    named = people(ctx).subquery()
    rows = ctx.session.execute(
        select(Reply.key, func.trim(named.c.given_name + " " + named.c.family_name), Reply.replied_at)
        .join(named, named.c.membership_id == Reply.membership_id)
        .where(*where)
        .order_by(named.c.sort_name, Reply.id)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    return Listed([ReplyLine(*row) for row in rows], total, number)


def reply_row(ctx: Context, key: str) -> Reply:
    """What someone answered, for who may read it, or `NotFound`."""
    found = ctx.session.scalar(select(Reply).where(Reply.key == key, ctx.visible(READ, Reply)))
    if found is None:
        raise NotFound
    return found


def body_of(ctx: Context, reply: Reply) -> tuple[Any, str]:
    """The questionnaire that was answered, and its title."""
    body, _compiled = content_of(ctx, reply.version_id, key=reply.activity_key)
    return body, structure(ctx, reply.version_id).activities[reply.activity_key].title


def _version_with(ctx: Context, cohort: CohortInfo, activity_key: str) -> int:
    for version in sorted(present_by_version(ctx, cohort.id), reverse=True):
        info = structure(ctx, version).activities.get(activity_key)
        if info is not None and info.type == KIND.name:
            return version
    table: Any
    for table in (Reply, Ballot):  # nobody follows it any more: what was answered is still read
        query = select(func.max(table.version_id)).where(
            table.cohort_id == cohort.id, table.activity_key == activity_key
        )
        found = ctx.session.scalar(query)
        if found is not None:
            return int(found)
    raise NotFound
