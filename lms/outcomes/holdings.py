"""What the tables of outcomes hold on a person, in words that they can read."""

from __future__ import annotations

from sqlalchemy import select

from lms.contract.types import PersonalData
from lms.kernel.context import Context
from lms.kernel.i18n import gettext
from lms.outcomes.data import SITUATIONS
from lms.outcomes.letters import WHEN
from lms.outcomes.models import Answer, Contact


def held_on(ctx: Context, membership_id: int) -> PersonalData:
    """Every contact, and what was answered."""
    query = (
        select(Contact, Answer)
        .outerjoin(Answer, Answer.contact_id == Contact.id)
        .where(Contact.membership_id == membership_id)
        .order_by(Contact.id)
    )
    return PersonalData(
        gettext("Vos nouvelles après le parcours"),
        [_row(contact, answer) for contact, answer in ctx.session.execute(query)],
    )


def _row(contact: Contact, answer: Answer | None) -> dict[str, object]:
    row: dict[str, object] = {
        gettext("Nouvelles demandées"): gettext(WHEN[contact.month]),
        gettext("Le"): contact.made_at,
        gettext("Envoyé à"): contact.sent_to,
    }
    if contact.refused_at:
        row[gettext("Vous ne voulez plus être contacté")] = contact.refused_at
    if answer is not None:
        row |= {
            gettext("Votre réponse"): gettext(SITUATIONS[answer.situation]),
            gettext("Besoin d'aide"): gettext("oui") if answer.needs_help else gettext("non"),
            gettext("Vos mots"): answer.words,
            gettext("Accord donné le"): answer.consented_at,
            gettext("Rappelé le"): answer.helped_at,
        }
    return {name: value for name, value in row.items() if value not in ("", None)}
