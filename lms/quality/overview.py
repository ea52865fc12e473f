"""The figures of a period: gathered from every feature that declares some, told in words and over quarters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lms.contract.results import Result, ResultKind, ResultRow, ResultScope
from lms.courses.api import cohorts_by_id, course_by_key
from lms.kernel.clock import local_day, months_after, start_of_day
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, speech
from lms.kernel.rights import Forbidden
from lms.quality.permissions import READ_RESULTS

MOST_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Period:
    """Two local days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Figure:
    """A result of a period; `label` names it in a plot."""

    kind: ResultKind
    result: Result
    period: Period
    label: str = ""


def period_of(ctx: Context, first: date | None, last: date | None) -> Period:
    """The period that is asked for; by default the twelve months until today. Two days in the wrong order are turned."""
    last = last or local_day(ctx.now, ctx.here.timezone)
    first = first or months_after(last, -12) + timedelta(days=1)
    return Period(min(first, last), max(first, last))


def scope_of(ctx: Context, period: Period, *, course_key: str = "") -> ResultScope:
    """The people of a period, in one course or in all. Results are of the whole organisation, and so is the right."""
    if not ctx.holds_everywhere(READ_RESULTS):
        raise Forbidden(READ_RESULTS.name)
    zone = ctx.here.timezone
    course_id = course_by_key(ctx, course_key).id if course_key else None
    return ResultScope(start_of_day(period.first, zone), start_of_day(period.last + timedelta(days=1), zone), course_id)


def figures(ctx: Context, scope: ResultScope, period: Period) -> list[Figure]:
    """Every result that features declare, in their order."""
    kinds = sorted(ctx.registry.result_kinds.values(), key=lambda kind: kind.position)
    return [Figure(kind, kind.figure(ctx, scope), period, gettext(kind.title)) for kind in kinds]


def over_quarters(ctx: Context, kind: ResultKind, scope: ResultScope, period: Period) -> list[Figure]:
    """The result of each quarter of the period, the last two years at the most."""
    zone, first = ctx.here.timezone, _quarter(period.last)
    found: list[Figure] = []
    while len(found) < MOST_QUARTERS and months_after(first, 3) > period.first:
        after = months_after(first, 3)
        inside = ResultScope(
            max(start_of_day(first, zone), scope.start), min(start_of_day(after, zone), scope.end), scope.course_id
        )
        label = speech().day(first, form="MMM y")
        found.append(Figure(kind, kind.figure(ctx, inside), Period(first, after - timedelta(days=1)), label))
        first = months_after(first, -3)
    return found[::-1]


def _quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def shown(figure: Figure) -> str:
    """The value in words: "64 %", "12", "4,2/5"; unknown is said."""
    value = figure.result.value
    if not figure.kind.unit:
        return speech().number(figure.result.people)
    if value is None:
        return gettext("inconnu")
    if figure.kind.unit == "%":
        return f"{speech().number(round(100 * value))}\N{NO-BREAK SPACE}%"
    return f"{speech().number(round(value, 1))}{figure.kind.unit}"


def cohort_codes(ctx: Context, rows: Iterable[ResultRow]) -> dict[int, str]:
    """Group id → its code, for rows without names."""
    return {key: one.code for key, one in cohorts_by_id(ctx, {row.cohort_id for row in rows}).items()}
