"""Who has gone quiet: nothing has come from them for some days, and nothing explains it. One plain rule, set by the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from lms.accounts.api import people
from lms.contract.types import Preference
from lms.courses.api import READ_COHORT, ActivityInfo, Structure, progress, readable_enrolments, structure
from lms.kernel.context import Context
from lms.kernel.i18n import mark
from lms.kernel.preferences import preference
from lms.kernel.statements import once_for

QUIET_DAYS = Preference(
    "analytics.quiet_days",
    mark("Après combien de jours sans nouvelles on dit d'une personne qu'elle est « calme »"),
    "10",
    ("5", "7", "10", "14", "21", "30"),
)
"""10 days at first: who comes twice a month is not quiet, who has been silent for a week and a half may be."""
MOST = 30
DONE = "done"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Someone from whom nothing comes: since when, what was last, what comes next, and whether they were stuck there."""

    enrolment_key: str
    person_key: str
    membership_id: int
    name: str
    since: datetime
    last: str
    """The title of the last activity; "" when nothing was begun."""
    next: str
    """The title of the next one; "" when all is done."""
    was_stuck: bool
    """The last activity was tried and not done."""


def quiet_people(ctx: Context) -> list[Quiet]:
    """The people that the actor accompanies who are quiet, the longest first, thirty at the most. One query beside the rule.

    Who pauses, has ended or has done everything is not quiet. What a phone has not sent yet cannot be known: a person is
    said to be quiet, never absent.
    """
    before = ctx.now - timedelta(days=int(preference(ctx, QUIET_DAYS.name)))
    silent = once_for(ctx, READ_COHORT, ("analytics", "silent"), lambda: _with_figures(ctx, _silent(ctx)))
    found = []
    for _enrolment, rows in groupby(ctx.session.execute(silent, {"before": before}), key=attrgetter("enrolment_id")):
        own = list(rows)
        row = own[0]
        own = [one for one in own if one.activity_key is not None]
        whole = structure(ctx, row.version_id)
        coming = _next(whole, {one.activity_key for one in own if one.status == DONE})
        if coming is None:
            continue
        last = max(own, key=lambda one: one.last_at, default=None)
        info = whole.activities.get(last.activity_key) if last is not None else None
        found.append(
            Quiet(
                enrolment_key=row.key,
                person_key=row.person_key,
                membership_id=row.membership_id,
                name=f"{row.given_name} {row.family_name}".strip(),
                since=row.since,
                last=info.title if info is not None else "",
                next=coming.title,
                was_stuck=last is not None and last.status != DONE,
            )
        )
    return found


def _next(whole: Structure, done: set[str]) -> ActivityInfo | None:
    return next((one for one in whole.activities.values() if not one.optional and one.key not in done), None)


def _silent(ctx: Context) -> Select[Any]:
    """The enrolments under way of which nothing is known after `before`."""
    enrolment, person, figure = readable_enrolments(ctx).subquery(), people(ctx).subquery(), progress(ctx).subquery()
    last = select(func.max(figure.c.last_at)).where(figure.c.enrolment_id == enrolment.c.enrolment_id).scalar_subquery()
    seen = func.coalesce(last, enrolment.c.entered_at)
    # Who comes back from a pause has all their days again.
    since = case((enrolment.c.returned_at > seen, enrolment.c.returned_at), else_=seen)
    return (
        select(
            enrolment.c.enrolment_id,
            enrolment.c.key,
            enrolment.c.membership_id,
            enrolment.c.version_id,
            person.c.key.label("person_key"),
            person.c.given_name,
            person.c.family_name,
            since.label("since"),
        )
        .join(person, person.c.membership_id == enrolment.c.membership_id)
        .where(enrolment.c.ended_at.is_(None), enrolment.c.paused_at.is_(None), since < bindparam("before"))
        .order_by(since, enrolment.c.enrolment_id)
        .limit(MOST)
    )


def _with_figures(ctx: Context, silent: Select[Any]) -> Select[Any]:
    """Each of them with what they have done: a row for each figure, together."""
    who, figure = silent.subquery(), progress(ctx).subquery()
    return (
        select(who, figure.c.activity_key, figure.c.status, figure.c.last_at)
        .outerjoin(figure, figure.c.enrolment_id == who.c.enrolment_id)
        .order_by(who.c.since, who.c.enrolment_id)
    )
