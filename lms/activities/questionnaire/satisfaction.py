"""Satisfaction as a result of the organisation: what people answered on scales, at once and months later.

Answers without a name are taken as they were counted: all of a group that entered the ledger together, five at least, or
none. So no choice of dates or of a course shows fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from lms.activities.questionnaire.checking import SATISFACTION, SCALE
from lms.activities.questionnaire.models import Ballot, Reply
from lms.contract.results import Result, ResultKind, ResultRow, ResultScope
from lms.courses.api import content_of, enrolments, structure
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark, ngettext

LATER_DAYS = 60
"""A questionnaire that opens so long after someone's entry asks what remains of it."""
Counts = tuple[int, int]
"""How many answers on scales stand in the upper half, of how many."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one person answered in their own name, or several together without their names."""

    cohort_id: int
    entered_at: datetime | None
    people: int
    counts: Counts


def told(ctx: Context, scope: ResultScope, *, is_later: bool) -> list[Told]:
    """The answers to satisfaction questionnaires that were given, or counted, within the period: two queries."""
    return [*_named(ctx, scope, is_later=is_later), *_together(ctx, scope, is_later=is_later)]


def _named(ctx: Context, scope: ResultScope, *, is_later: bool) -> Iterator[Told]:
    whole = enrolments(ctx).subquery()
    query = (
        select(Reply.cohort_id, Reply.version_id, Reply.activity_key, Reply.answers, whole.c.entered_at)
        .join(whole, whole.c.enrolment_id == Reply.enrolment_id)
        .where(Reply.replied_at >= scope.start, Reply.replied_at < scope.end)
        .order_by(Reply.key)
    )
    if scope.course_id is not None:
        query = query.where(Reply.course_id == scope.course_id)
    for row in ctx.session.execute(query):
        if _asks(ctx, row.version_id, row.activity_key, is_later=is_later):
            yield Told(row.cohort_id, row.entered_at, 1, _counts(ctx, row.version_id, row.activity_key, [row.answers]))


def _together(ctx: Context, scope: ResultScope, *, is_later: bool) -> Iterator[Told]:
    zone = ctx.here.timezone
    first, last = local_day(scope.start, zone), local_day(scope.end, zone)
    query = select(Ballot.cohort_id, Ballot.activity_key, Ballot.counted_on, Ballot.version_id, Ballot.answers).where(
        Ballot.is_counted.is_(True), Ballot.counted_on >= first, Ballot.counted_on < last
    )
    if scope.course_id is not None:
        query = query.where(Ballot.course_id == scope.course_id)
    batches: dict[tuple[int, str, date | None], list[tuple[int, Any]]] = {}
    for row in ctx.session.execute(query.order_by(Ballot.cohort_id, Ballot.activity_key, Ballot.counted_on)):
        if _asks(ctx, row.version_id, row.activity_key, is_later=is_later):
            place = (row.cohort_id, row.activity_key, row.counted_on)
            batches.setdefault(place, []).append((row.version_id, row.answers))
    for (cohort_id, activity_key, _day), sheets in batches.items():
        each = [_counts(ctx, version, activity_key, [answers]) for version, answers in sheets]
        yield Told(cohort_id, None, len(sheets), (sum(one[0] for one in each), sum(one[1] for one in each)))


def _asks(ctx: Context, version_id: int, activity_key: str, *, is_later: bool) -> bool:
    """Whether this questionnaire asks for satisfaction, at the time that is wanted."""
    body, _compiled = content_of(ctx, version_id, key=activity_key)
    opens = structure(ctx, version_id).activities[activity_key].opens or {}
    is_months_after: bool = opens.get("days", 0) >= LATER_DAYS
    return bool(body["purpose"] == SATISFACTION) and is_months_after == is_later


def _counts(ctx: Context, version_id: int, activity_key: str, sheets: Sequence[Mapping[str, Any]]) -> Counts:
    body, _compiled = content_of(ctx, version_id, key=activity_key)
    scales = {one["key"]: one["steps"] for one in body["questions"] if one["type"] == SCALE}
    given = [(step, scales[key]) for sheet in sheets for key, step in sheet.items() if key in scales]
    return sum(2 * step > steps + 1 for step, steps in given), len(given)


def _figure(ctx: Context, scope: ResultScope, *, is_later: bool) -> Result:
    found = [one for one in told(ctx, scope, is_later=is_later) if one.counts[1]]
    return Result(
        sum(one.counts[0] for one in found), sum(one.counts[1] for one in found), sum(one.people for one in found)
    )


def _rows(ctx: Context, scope: ResultScope, *, is_later: bool) -> Iterator[ResultRow]:
    for one in told(ctx, scope, is_later=is_later):
        named = gettext("a répondu en son nom")
        together = ngettext("%(num)s réponse sans nom", "%(num)s réponses sans nom, lues ensemble", one.people)
        why = named if one.entered_at else together % {"num": one.people}
        if one.counts[1]:
            yield ResultRow(one.cohort_id, one.entered_at, *one.counts, why)


KINDS = (
    ResultKind(
        "questionnaire.satisfaction",
        mark("Satisfaction, tout de suite"),
        mark("Questionnaires de satisfaction du parcours, réponses données pendant la période : les réponses dans la moitié haute de l’échelle, divisées par toutes les réponses sur une échelle. Les réponses sans nom comptent à partir de 5, au jour où elles sont réunies."),
        50, partial(_figure, is_later=False), partial(_rows, is_later=False),
    ),
    ResultKind(
        "questionnaire.satisfaction_later",
        mark("Satisfaction, des mois après"),
        mark("Le même calcul, pour les questionnaires de satisfaction qui s’ouvrent 60 jours ou plus après l’entrée de la personne."),
        51, partial(_figure, is_later=True), partial(_rows, is_later=True),
    ),
)  # fmt: skip
