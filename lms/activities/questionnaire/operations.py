"""Answering, in one's own name or without; and deciding what a positioning proposes."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import delete, select

from lms.accounts.api import lock_memberships
from lms.activities.questionnaire.answering import Unanswered, checked, response_of
from lms.activities.questionnaire.kind import KIND, QUESTION_TYPE
from lms.activities.questionnaire.models import Ballot, Reply
from lms.activities.questionnaire.replies import own_reply, standing_proposals
from lms.contract.types import Source
from lms.courses.api import (
    AS_WRITTEN,
    Play,
    activity_iri,
    adjust_enrolment,
    cohorts_by_id,
    content_of,
    enrolments_by_id,
    outcome_of,
    play,
    say,
)
from lms.kernel.context import Context
from lms.kernel.rights import NotFound
from lms.xapi.api import (
    ANSWERED,
    COMPLETED,
    Group,
    Intent,
    Outcome,
    Refused,
    Said,
    record,
    record_without_person,
)

ENOUGH = 5
"""Anonymous answers are counted so many at once, and never fewer are shown."""


class Answered(msgspec.Struct, frozen=True):
    """The payload of `questionnaire.answer` and of `questionnaire.answer_anonymously`: question key → value.

    A step as text (scale), a choice's key (single), a list of keys (multiple), what was written (text).
    """

    activity: str
    answers: dict[str, Any]
    seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


class Decided(msgspec.Struct, frozen=True):
    """The payload of `questionnaire.decide`: which proposal, whether it is accepted, and by staff, of which `reply`."""

    activity: str
    number: Annotated[int, msgspec.Meta(ge=0)]
    accept: bool
    reply: str = ""


def answer(ctx: Context, *, intent: Intent, payload: Answered) -> Outcome:
    """Keep what the person answers, in their own name; answering again replaces what the page shows, not the ledger."""
    found, outcome, answers = _answers(ctx, intent, payload, is_anonymous=False)
    row = own_reply(ctx, found.enrolment.id, found.activity.key) or Reply(
        membership_id=found.enrolment.membership_id,
        enrolment_id=found.enrolment.id,
        cohort_id=found.enrolment.cohort_id,
        course_id=found.enrolment.course_id,
        activity_key=found.activity.key,
    )
    row.version_id, row.answers, row.replied_at = found.activity.version_id, answers, intent.occurred_at
    ctx.session.add(row)
    said = [
        say(
            ctx,
            found,
            intent,
            0,
            kind=KIND,
            verb=COMPLETED,
            source=Source.SERVER,
            completion=True,
            seconds=payload.seconds,
        )
    ]
    for number, question in enumerate(_answered(found, answers), 1):
        part = (question["key"], QUESTION_TYPE, question["text"][:200])
        response = response_of(question, answers[question["key"]])
        said.append(
            say(
                ctx,
                found,
                intent,
                number,
                kind=KIND,
                verb=ANSWERED,
                source=Source.LEARNER_DEVICE,
                part=part,
                response=response,
            )
        )
    record(ctx, said)
    return outcome


def answer_anonymously(ctx: Context, *, intent: Intent, payload: Answered) -> Outcome:
    """Keep what someone answers without their name (DESIGN §6). That they have answered is a fact apart, and can happen once.

    Nothing ties the two: no intent, no order, no hour. The ballot waits until five are there, and enters the ledger with them.
    """
    found, outcome, answers = _answers(ctx, intent, payload, is_anonymous=True)
    if found.state.status == "done":
        raise Refused("answered_already")
    today = ctx.now.astimezone(ZoneInfo(ctx.here.timezone)).date()
    ctx.session.add(
        Ballot(
            organisation_id=ctx.here.id,
            cohort_id=found.enrolment.cohort_id,
            course_id=found.enrolment.course_id,
            version_id=found.activity.version_id,
            activity_key=found.activity.key,
            day=today,
            answers=answers,
        )
    )
    ctx.session.flush()
    done = say(ctx, found, intent, 0, kind=KIND, verb=COMPLETED, source=Source.SERVER, completion=True)
    record(ctx, [replace(done, id=str(uuid.uuid4()), intent_id=None)])
    _count_when_enough(ctx, found)
    return outcome


def decide_proposal(ctx: Context, *, intent: Intent, payload: Decided) -> Outcome:
    """The person, or a trainer with them, accepts what a positioning proposes, or takes it back."""
    reply = _reply(ctx, payload)
    body, _compiled = content_of(ctx, reply.version_id, key=reply.activity_key)
    standing = {one.proposal.number: one.proposal for one in standing_proposals(ctx, reply, body)}
    proposal = standing.get(payload.number)
    if proposal is None:
        raise Refused("unreadable")
    adjust_enrolment(
        ctx,
        enrolment=enrolments_by_id(ctx, [reply.enrolment_id])[reply.enrolment_id],
        activity_keys=proposal.activities,
        how=proposal.how if payload.accept else AS_WRITTEN,
        because=reply.activity_key,
    )
    return Outcome.ACCEPTED


def _reply(ctx: Context, payload: Decided) -> Reply:
    if not payload.reply:
        found = own_reply(ctx, play(ctx, payload.activity).enrolment.id, payload.activity)
    else:  # the right is asked for where the path is changed
        found = ctx.session.scalar(
            select(Reply).where(Reply.key == payload.reply, Reply.activity_key == payload.activity)
        )
    if found is None:
        raise NotFound
    return found


def _answers(
    ctx: Context, intent: Intent, payload: Answered, *, is_anonymous: bool
) -> tuple[Play, Outcome, dict[str, Any]]:
    lock_memberships(ctx, [ctx.subject.membership_id])
    found = play(ctx, payload.activity)
    if found.info.type != KIND.name or bool(found.activity.body.get("anonymous")) != is_anonymous:
        raise Refused("unreadable")
    outcome = outcome_of(found, intent)
    try:
        return found, outcome, checked(found.activity.body, payload.answers)
    except Unanswered as wrong:
        raise Refused("unanswered" if wrong.questions else "not_in_draw") from None


def _answered(found: Play, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in found.activity.body["questions"] if one["key"] in answers]


def _count_when_enough(ctx: Context, found: Play) -> None:
    """Enough ballots of the group enter the ledger together, mixed: then nobody can tell which one came when."""
    waiting = ctx.session.scalars(
        select(Ballot)
        .where(
            Ballot.cohort_id == found.enrolment.cohort_id,
            Ballot.activity_key == found.activity.key,
            Ballot.is_counted.is_(False),
        )
        .order_by(Ballot.id)
        .with_for_update()
    ).all()
    if len(waiting) < ENOUGH:
        return
    mixed = random.SystemRandom().sample(waiting, len(waiting))
    group = Group(f"group-{cohorts_by_id(ctx, [found.enrolment.cohort_id])[found.enrolment.cohort_id].key}")
    today = ctx.now.astimezone(ZoneInfo(ctx.here.timezone)).date()
    for ballot in mixed:
        ballot.is_counted, ballot.counted_on = True, today
    said = [one for ballot in mixed for one in _said_by(ctx, group, found, ballot)]
    random.SystemRandom().shuffle(said)
    record_without_person(ctx, said, day=_start_of_day(ctx))


def _said_by(ctx: Context, group: Group, found: Play, ballot: Ballot) -> Sequence[Said]:
    body, _compiled = content_of(ctx, ballot.version_id, key=ballot.activity_key)
    day = datetime.combine(ballot.day, time.min, ZoneInfo(ctx.here.timezone))
    return [
        Said(
            id=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
            actor=group,
            verb=ANSWERED,
            activity=activity_iri(ctx, question["key"]),
            activity_type=QUESTION_TYPE,
            activity_name=question["text"][:200],
            source=Source.LEARNER_DEVICE,
            occurred_at=day,
            timestamp=day,
            revision=str(found.activity.version),
            response=response_of(question, ballot.answers[question["key"]]),
            parents=(activity_iri(ctx, ballot.activity_key),),
        )
        for question in body["questions"]
        if question["key"] in ballot.answers
    ]


def _start_of_day(ctx: Context) -> datetime:
    """The beginning of the present day."""
    zone = ZoneInfo(ctx.here.timezone)
    return datetime.combine(ctx.now.astimezone(zone).date(), time.min, zone)


def forget_replies(ctx: Context, *, membership_id: int) -> None:
    """Erase what someone answered in their own name. What was answered without a name is nobody's."""
    ctx.session.execute(delete(Reply).where(Reply.membership_id == membership_id))
