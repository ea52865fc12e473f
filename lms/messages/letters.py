"""Letters about messages: who wrote, the first words at the most, and where to read. Never what help was about."""

from __future__ import annotations

from dataclasses import dataclass

from lms.accounts.api import Addressee
from lms.kernel.i18n import gettext as _
from lms.kernel.i18n import speaking
from lms.messages.models import ACCEPTED, ASKED, DECLINED
from lms.messages.phrases import first_words


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    text: str


def message_letter(to: Addressee, *, author: str, text: str, address: str, organisation: str) -> Letter:
    """Someone has written to you."""
    with speaking(to.language):
        words = first_words(text)
        return Letter(
            _("%(name)s vous a écrit") % {"name": author},
            _letter(
                to,
                organisation,
                _("%(name)s vous a écrit :") % {"name": author},
                f"« {words} »" if words else _("(une photo, un message vocal ou un fichier)"),
                _("Pour lire et répondre :"),
                address,
            ),
        )


def handover_letter(to: Addressee, state: str, *, other: str, person: str, address: str, organisation: str) -> Letter:
    """You are asked to take over; or who you asked has accepted, or declined."""
    with speaking(to.language):
        subject, text = {
            ASKED: (
                _("%(name)s vous demande de prendre la suite"),
                _("%(name)s vous demande de répondre à sa place à %(person)s. Tant que vous n'avez pas accepté, %(name)s répond."),
            ),
            ACCEPTED: (
                _("%(name)s prend la suite"),
                _("%(name)s a accepté de prendre la suite avec %(person)s."),
            ),
            DECLINED: (
                _("%(name)s ne prend pas la suite"),
                _("%(name)s ne peut pas prendre la suite avec %(person)s : rien ne change."),
            ),
        }[state]  # fmt: skip
        values = {"name": other, "person": person}
        return Letter(
            subject % values, _letter(to, organisation, text % values, _("Pour ouvrir la conversation :"), address)
        )


def _letter(to: Addressee, organisation: str, *paragraphs: str) -> str:
    greeting = _("Bonjour %(name)s,") % {"name": to.given_name}
    why = _("Ce message est envoyé par Tremplin. Pour choisir les heures où vous recevez des e-mails : page « Moi ».")
    return "\n\n".join([greeting, *paragraphs, f"-- \n{organisation}\n{why}"]) + "\n"
