"""What people answered in their own name, and where the proposals stand that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.activities.questionnaire.answering import Proposal, proposals_of
from lms.activities.questionnaire.models import Reply
from lms.courses.api import enrolments_by_id, structure
from lms.kernel.context import Context


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal for someone: the titles of its activities, and whether it was accepted."""

    proposal: Proposal
    titles: tuple[str, ...]
    is_accepted: bool


def own_reply(ctx: Context, enrolment_id: int, activity_key: str) -> Reply | None:
    """What was answered in an enrolment, if anything. The caller has asked for the right."""
    query = select(Reply).where(Reply.enrolment_id == enrolment_id, Reply.activity_key == activity_key)
    return ctx.session.scalar(query)


def standing_proposals(ctx: Context, reply: Reply, body: Mapping[str, Any]) -> list[Standing]:
    """What a reply proposes among the activities that the person's path has now."""
    enrolment = enrolments_by_id(ctx, [reply.enrolment_id])[reply.enrolment_id]
    known = structure(ctx, enrolment.version_id).activities
    found = []
    for one in proposals_of(body, reply.answers):
        keys = [key for key in one.activities if key in known]
        if keys:
            titles = tuple(known[key].title for key in keys)
            is_accepted = all(enrolment.adjusted.get(key) == one.how for key in keys)
            found.append(Standing(one, titles, is_accepted))
    return found
