"""What waits for who accompanies: ends that people have said, paths whose last day is near."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from lms.accounts.api import people
from lms.courses.models import Enrolment
from lms.courses.permissions import ENROL
from lms.kernel.clock import local_day
from lms.kernel.context import Context

MOST = 100
NOTICE = timedelta(days=14)
"""How long before a last day someone decides: extend it, or end."""


def ends_to_confirm(ctx: Context) -> list[Any]:
    """Ends that people have said and nobody has confirmed, of those whom the actor enrols. One query."""
    said = _enrolled(ctx).where(Enrolment.said_at.is_not(None))
    return list(ctx.session.execute(said.order_by(Enrolment.said_at).limit(MOST)))


def last_days(ctx: Context) -> list[Any]:
    """Paths under way whose last day comes within two weeks, or has passed. One query."""
    day = local_day(ctx.now, ctx.here.timezone) + NOTICE
    near = _enrolled(ctx).where(Enrolment.until <= day, Enrolment.paused_at.is_(None))
    return list(ctx.session.execute(near.order_by(Enrolment.until).limit(MOST)))


def _enrolled(ctx: Context) -> Select[Any]:
    person = people(ctx).subquery()
    return (
        select(
            Enrolment.key,
            Enrolment.membership_id,
            Enrolment.said_at,
            Enrolment.said_reason,
            Enrolment.until,
            person.c.given_name,
            person.c.family_name,
        )
        .join(person, person.c.membership_id == Enrolment.membership_id)
        .where(Enrolment.ended_at.is_(None), ctx.visible(ENROL, Enrolment))
    )
