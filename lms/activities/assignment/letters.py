"""The letter that says that a work was read: never a word of the work, nor of what was said of it."""

from __future__ import annotations

from dataclasses import dataclass

from lms.accounts.api import Addressee
from lms.kernel.i18n import gettext as _
from lms.kernel.i18n import speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    text: str


def read_letter(to: Addressee, *, title: str, address: str, organisation: str) -> Letter:
    """Your work was read: where to see what is said of it."""
    with speaking(to.language):
        why = _(
            "Ce message est envoyé par Tremplin. Pour choisir les heures où vous recevez des e-mails : page « Moi »."
        )
        paragraphs = (
            _("Bonjour %(name)s,") % {"name": to.given_name},
            _("Votre travail « %(title)s » a été lu. Une réponse vous attend.") % {"title": title},
            _("Pour la lire :"),
            address,
            f"-- \n{organisation}\n{why}",
        )
        return Letter(_("Votre travail a été lu"), "\n\n".join(paragraphs) + "\n")
