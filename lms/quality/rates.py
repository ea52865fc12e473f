"""Results over people: who entered, who has finished, who stopped, what was acquired; each figure opens into its people.

All are counted from entries: the people who entered a group within the period, whatever happened to them since. So figures of
one period speak of the same people, and can be added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from lms.competences.api import ACQUIRED, acquisitions
from lms.contract.results import Result, ResultKind, ResultRow, ResultScope
from lms.courses.api import enrolments, is_expected, progress, structure
from lms.kernel.context import Context
from lms.kernel.i18n import gettext, mark

DONE = "done"
POSITIVE = frozenset({"created", "testing", "employed", "other_training"})
"""Ends that are no giving up."""
_KEPT = "quality.rates"


@dataclass(frozen=True, slots=True)
class Entered:
    """Someone who entered within the period, and where they stand now."""

    enrolment_id: int
    membership_id: int
    cohort_id: int
    version_id: int
    entered_at: datetime
    ended_at: datetime | None
    end_reason: str
    done: int
    expected: int
    acquired: int
    wanted: int


def entered(ctx: Context, scope: ResultScope) -> list[Entered]:
    """The people of a period, in an order that says nothing of them; kept for the life of the session.

    The number of queries grows with the versions of courses only.
    """
    kept: dict[ResultScope, list[Entered]] = ctx.session.info.setdefault(_KEPT, {})
    if scope not in kept:
        kept[scope] = _entered(ctx, scope)
    return kept[scope]


def _entered(ctx: Context, scope: ResultScope) -> list[Entered]:
    rows = ctx.session.execute(_people(ctx, scope)).all()
    wholes = {version: structure(ctx, version) for version in sorted({row.version_id for row in rows})}
    expected = {
        row.enrolment_id: {
            key for key, info in wholes[row.version_id].activities.items() if is_expected(info, row.adjusted)
        }
        for row in rows
    }
    done = _done(ctx, scope, expected)
    shown = {version: _acquired(ctx, [row.membership_id for row in rows if row.version_id == version], version) for version in wholes}  # fmt: skip
    return [
        Entered(
            row.enrolment_id,
            row.membership_id,
            row.cohort_id,
            row.version_id,
            row.entered_at,
            row.ended_at,
            row.end_reason or "",
            done[row.enrolment_id],
            len(expected[row.enrolment_id]),
            *shown[row.version_id].get(row.membership_id, (0, 0)),
        )
        for row in rows
    ]


def _people(ctx: Context, scope: ResultScope) -> Select[Any]:
    whole = enrolments(ctx).subquery()
    query = select(whole).where(whole.c.entered_at >= scope.start, whole.c.entered_at < scope.end)
    if scope.course_id is not None:
        query = query.where(whole.c.course_id == scope.course_id)
    return query.order_by(whole.c.uuid)


def _done(ctx: Context, scope: ResultScope, expected: Mapping[int, Collection[str]]) -> Counter[int]:
    """Enrolment id → how many of the activities that are expected of this person are done."""
    people, figures = _people(ctx, scope).subquery(), progress(ctx).subquery()
    query = (
        select(figures.c.enrolment_id, figures.c.activity_key)
        .join(people, people.c.enrolment_id == figures.c.enrolment_id)
        .where(figures.c.status == DONE)
    )
    return Counter(row[0] for row in ctx.session.execute(query) if row[1] in expected[row[0]])


def _acquired(ctx: Context, people: list[int], version_id: int) -> dict[int, tuple[int, int]]:
    """Membership id → (competences acquired, competences that the course works on)."""
    found = acquisitions(ctx, people, version_id=version_id)
    return {one: (sum(each.state == ACQUIRED for each in some), len(some)) for one, some in found.items()}


# ----------------------------------------------------------------------------------------------------- the four figures


def _has_finished(one: Entered) -> bool:
    return one.expected > 0 and one.done >= one.expected


def _has_stopped(one: Entered) -> bool:
    return one.ended_at is not None and not _has_finished(one) and one.end_reason not in POSITIVE


def _entries(ctx: Context, scope: ResultScope) -> Result:
    count = len(entered(ctx, scope))
    return Result(count, count, count)


def _entry_rows(ctx: Context, scope: ResultScope) -> Iterator[ResultRow]:
    return _rows(ctx, scope, lambda _one: (1, 1, gettext("a commencé")))


def _completion(ctx: Context, scope: ResultScope) -> Result:
    people = [one for one in entered(ctx, scope) if one.expected]
    return Result(sum(map(_has_finished, people)), len(people), len(people))


def _completion_rows(ctx: Context, scope: ResultScope) -> Iterator[ResultRow]:
    said = gettext("%(done)s activités faites sur %(expected)s")
    return _rows(
        ctx,
        scope,
        lambda one: (
            int(_has_finished(one)),
            int(one.expected > 0),
            said % {"done": min(one.done, one.expected), "expected": one.expected},
        ),
    )


def _stops(ctx: Context, scope: ResultScope) -> Result:
    people = entered(ctx, scope)
    return Result(sum(map(_has_stopped, people)), len(people), len(people))


def _stop_rows(ctx: Context, scope: ResultScope) -> Iterator[ResultRow]:
    def said(one: Entered) -> str:
        if one.ended_at is None:
            return gettext("le parcours continue")
        return gettext("a arrêté avant la fin") if _has_stopped(one) else gettext("parcours terminé, ou issue positive")

    return _rows(ctx, scope, lambda one: (int(_has_stopped(one)), 1, said(one)))


def _acquisition(ctx: Context, scope: ResultScope) -> Result:
    people = [one for one in entered(ctx, scope) if one.wanted]
    return Result(sum(one.acquired for one in people), sum(one.wanted for one in people), len(people))


def _acquisition_rows(ctx: Context, scope: ResultScope) -> Iterator[ResultRow]:
    said = gettext("%(acquired)s compétences acquises sur %(wanted)s")
    return _rows(
        ctx, scope, lambda one: (one.acquired, one.wanted, said % {"acquired": one.acquired, "wanted": one.wanted})
    )


def _rows(ctx: Context, scope: ResultScope, counted: Any) -> Iterator[ResultRow]:
    for one in entered(ctx, scope):
        numerator, denominator, why = counted(one)
        yield ResultRow(one.cohort_id, one.entered_at, numerator, denominator, why)


KINDS = (
    ResultKind(
        "quality.entries",
        mark("Personnes entrées"),
        mark("On compte les personnes entrées dans un groupe pendant la période ; qui entre dans deux groupes compte deux fois."),
        10, _entries, _entry_rows, unit="",
    ),
    ResultKind(
        "quality.completion",
        mark("Parcours faits jusqu’au bout"),
        mark("Parmi les personnes entrées pendant la période, celles qui ont fait aujourd’hui toutes les activités attendues de leur version du parcours."),
        20, _completion, _completion_rows,
    ),
    ResultKind(
        "quality.acquisition",
        mark("Compétences acquises"),
        mark("Pour les personnes entrées pendant la période : les compétences acquises aujourd’hui, divisées par celles que leur parcours travaille."),
        30, _acquisition, _acquisition_rows,
    ),
    ResultKind(
        "quality.stops",
        mark("Arrêts avant la fin"),
        mark("Parmi les personnes entrées pendant la période, celles dont l’inscription est terminée sans tout avoir fait et sans création, test, emploi ou autre parcours."),
        40, _stops, _stop_rows,
    ),
)  # fmt: skip
