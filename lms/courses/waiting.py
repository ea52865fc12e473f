"""What waits for who accompanies: ends that people have said, paths whose last day is near."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from lms.accounts.api import people
from lms.courses.models import Enrolment
from lms.courses.permissions import ENROL
from lms.kernel.clock import local_day
from lms.kernel.context import Context
from lms.kernel.statements import once_for, read_once

MOST = 200
NOTICE = timedelta(days=14)
"""How long before a last day someone decides: extend it, or end."""


def ends_to_confirm(ctx: Context) -> list[Any]:
    """Ends that people have said and nobody has confirmed, of those whom the actor enrols."""
    return [row for row in _waiting(ctx) if row.said_at is not None]


def last_days(ctx: Context) -> list[Any]:
    """Paths under way whose last day comes within two weeks, or has passed."""
    day = _near(ctx)
    return [row for row in _waiting(ctx) if row.until is not None and row.until <= day and row.paused_at is None]


def _near(ctx: Context) -> date:
    return local_day(ctx.now, ctx.here.timezone) + NOTICE


def _waiting(ctx: Context) -> list[Any]:
    """Both, in one query for the page that asks for both."""
    query = once_for(ctx, ENROL, "courses: waiting", lambda: _enrolled(ctx))
    return read_once(ctx, "courses: waiting", lambda: list(ctx.session.execute(query, {"near": _near(ctx)})))


def _enrolled(ctx: Context) -> Select[Any]:
    person = people(ctx).subquery()
    return (
        select(
            Enrolment.key,
            Enrolment.membership_id,
            Enrolment.said_at,
            Enrolment.said_reason,
            Enrolment.until,
            Enrolment.paused_at,
            person.c.given_name,
            person.c.family_name,
        )
        .join(person, person.c.membership_id == Enrolment.membership_id)
        .where(
            Enrolment.ended_at.is_(None),
            ctx.visible(ENROL, Enrolment),
            or_(
                Enrolment.said_at.is_not(None),
                and_(Enrolment.until <= bindparam("near"), Enrolment.paused_at.is_(None)),
            ),
        )
        .order_by(func.coalesce(Enrolment.said_at, Enrolment.entered_at), Enrolment.id)
        .limit(MOST)
    )
