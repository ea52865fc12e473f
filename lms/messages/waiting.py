"""What waits for who accompanies: answers to give, hand-overs to accept. One query for both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.api import STAFF_IDS, people
from lms.contract.waits import Wait
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.statements import once, read_once
from lms.messages.models import ASKED, Handover, LaterMessage, Message, Thread
from lms.messages.permissions import ANSWER
from lms.messages.phrases import first_words
from lms.messages.reading import me, readable

MINUTES = 5
MOST = 200
ANSWERS, HANDOVERS = "messages.answers", "messages.handovers"
SOME_HARM, STUCK, ASKED_AGAIN = 1.0, 2.0, 3.0
"""What one more day costs: a question; someone who is stuck in an activity; someone who has asked again."""


def answers_to_give(ctx: Context) -> list[Wait]:
    """People who wait for an answer of the actor, or of someone who no longer works here."""
    return [
        Wait(
            key=f"answer:{row.key}",
            title=gettext("%(name)s attend une réponse") % {"name": f"{row.given_name} {row.family_name}".strip()},
            since=row.waiting_since,
            harm=ASKED_AGAIN if row.asks > 1 else STUCK if row.activity_key else SOME_HARM,
            minutes=MINUTES,
            url=f"/messages/{row.key}",
            detail=" · ".join(part for part in (row.place, first_words(row.text)) if part),
            membership_id=row.membership_id,
        )
        for row in _waiting(ctx)
        if row.is_awaited
    ]


def handovers_to_answer(ctx: Context) -> list[Wait]:
    """Colleagues who ask the actor to take over."""
    return [
        Wait(
            key=f"handover:{row.key}",
            title=gettext("%(name)s vous demande de prendre la suite")
            % {"name": f"{row.asking_given_name} {row.asking_family_name}".strip()},
            since=row.asked_at,
            harm=SOME_HARM,
            minutes=1,
            url=f"/messages/{row.key}",
            detail=f"{row.given_name} {row.family_name}".strip(),
            membership_id=row.membership_id,
        )
        for row in _waiting(ctx)
        if row.asked_at is not None
    ]


def _waiting(ctx: Context) -> list[Any]:
    """Both, in one query for the page that asks for both."""
    if not ctx.is_staff:
        return []
    everything = ctx.holds_everywhere(ANSWER)
    query = once(("messages", "waiting"), lambda: _threads(ctx)) if everything else _threads(ctx, readable(ctx))
    which = {"me": me(ctx), "now": ctx.now}
    return read_once(ctx, "messages: waiting", lambda: list(ctx.session.execute(query, which)))


def _threads(ctx: Context, *narrower: ColumnElement[bool]) -> Select[Any]:
    """The threads in which `me`, or nobody who works here at `now`, is awaited; and those that `me` is asked to take over."""
    person, asking = aliased(people(ctx).subquery()), aliased(people(ctx).subquery())
    mine: Any = bindparam("me")
    whose = or_(Thread.responsible_id == mine, Thread.responsible_id.is_(None), Thread.responsible_id.not_in(STAFF_IDS))
    leaving = exists().where(LaterMessage.thread_id == Thread.id)
    is_here = person.c.status != "ended"  # nobody can answer who has no account any more
    is_awaited = and_(
        Thread.waiting_since.is_not(None), Thread.membership_id != mine, whose, ~leaving, is_here, *narrower
    )
    asked = and_(Handover.thread_id == Thread.id, Handover.to_id == mine, Handover.state == ASKED)
    return (
        select(
            Thread.key,
            Thread.membership_id,
            Thread.waiting_since,
            Thread.asks,
            Thread.activity_key,
            Thread.place,
            Message.text,
            person.c.given_name,
            person.c.family_name,
            is_awaited.label("is_awaited"),
            Handover.asked_at,
            asking.c.given_name.label("asking_given_name"),
            asking.c.family_name.label("asking_family_name"),
        )
        .join(person, person.c.membership_id == Thread.membership_id)
        .outerjoin(Message, Message.id == Thread.last_id)
        .outerjoin(Handover, asked)
        .outerjoin(asking, asking.c.membership_id == Handover.from_id)
        .where(or_(is_awaited, Handover.id.is_not(None)))
        .order_by(func.coalesce(Thread.waiting_since, Handover.asked_at), Thread.id)
        .limit(MOST)
    )
