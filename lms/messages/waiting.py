"""What waits for who accompanies: answers to give, hand-overs to accept. A query each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.api import STAFF_IDS, people
from lms.contract.waits import Wait
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.kernel.statements import once
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
    if not ctx.is_staff:
        return []
    everything = ctx.holds_everywhere(ANSWER)
    query = once(("messages", "answers"), lambda: _answers(ctx)) if everything else _answers(ctx, readable(ctx))
    rows = ctx.session.execute(query, {"me": me(ctx), "now": ctx.now})
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
        for row in rows
    ]


def handovers_to_answer(ctx: Context) -> list[Wait]:
    """Colleagues who ask the actor to take over."""
    if not ctx.is_staff:
        return []
    rows = ctx.session.execute(once(("messages", "hand-overs"), lambda: _handovers(ctx)), {"me": me(ctx)})
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
        for row in rows
    ]


def _answers(ctx: Context, *narrower: ColumnElement[bool]) -> Select[Any]:
    """The threads in which `me`, or nobody who works here at `now`, is awaited."""
    person = people(ctx).subquery()
    mine: Any = bindparam("me")
    leaving = exists().where(LaterMessage.thread_id == Thread.id)
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
        )
        .join(person, person.c.membership_id == Thread.membership_id)
        .join(Message, Message.id == Thread.last_id)
        .where(
            Thread.waiting_since.is_not(None),
            Thread.membership_id != mine,
            or_(
                Thread.responsible_id == mine,
                Thread.responsible_id.is_(None),
                Thread.responsible_id.not_in(STAFF_IDS),
            ),
            ~leaving,
            *narrower,
        )
        .order_by(Thread.waiting_since, Thread.id)
        .limit(MOST)
    )


def _handovers(ctx: Context) -> Select[Any]:
    """What colleagues ask of `me`."""
    person, asking = aliased(people(ctx).subquery()), aliased(people(ctx).subquery())
    return (
        select(
            Thread.key,
            Thread.membership_id,
            Handover.asked_at,
            person.c.given_name,
            person.c.family_name,
            asking.c.given_name.label("asking_given_name"),
            asking.c.family_name.label("asking_family_name"),
        )
        .join(Handover, Handover.thread_id == Thread.id)
        .join(person, person.c.membership_id == Thread.membership_id)
        .join(asking, asking.c.membership_id == Handover.from_id)
        .where(Handover.to_id == bindparam("me"), Handover.state == ASKED)
        .order_by(Handover.asked_at, Handover.id)
        .limit(MOST)
    )
