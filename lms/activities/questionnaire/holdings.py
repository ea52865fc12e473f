"""What someone answered in their own name: said to them. Nobody knows what they answered without it."""

from __future__ import annotations

from sqlalchemy import select

from lms.activities.questionnaire.answering import words_of
from lms.activities.questionnaire.models import Reply
from lms.contract.types import PersonalData
from lms.courses.api import content_of
from lms.kernel.context import Context
from lms.kernel.i18n import gettext


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Each answer, as a row that the person can read."""
    rows: list[dict[str, object]] = []
    for reply in ctx.session.scalars(select(Reply).where(Reply.membership_id == membership_id).order_by(Reply.id)):
        body, _compiled = content_of(ctx, reply.version_id, key=reply.activity_key)
        rows += [
            {
                gettext("Question"): question["text"],
                gettext("Votre réponse"): words_of(question, reply.answers[question["key"]]),
                gettext("Le"): reply.replied_at,
            }
            for question in body["questions"]
            if question["key"] in reply.answers
        ]
    return PersonalData(gettext("Vos réponses aux questionnaires"), rows)
