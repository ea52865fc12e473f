"""The letter that takes the latest root out of this server: what makes the seal worth something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.api import Addressee
from lms.kernel.i18n import gettext as _
from lms.kernel.i18n import speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    text: str


def root_letter(
    to: Addressee, *, organisation: str, sealed_at: datetime, zone: str, root: str, number: int, address: str
) -> Letter:
    """Here is the root of today; keep this mail."""
    with speaking(to.language) as spoken:
        said = {"organisation": organisation, "day": spoken.moment(sealed_at, zone), "number": number}
        paragraphs = (
            _("Bonjour %(name)s,") % {"name": to.given_name},
            _("Voici l’empreinte du registre (%(organisation)s), faite le %(day)s :") % said,
            f"    {root}",
            _(
                "Elle résume tout ce que la plateforme a noté jusque-là. Si une seule ligne change, l’empreinte ne peut plus être retrouvée."
            ),
            _(
                "Gardez cet e-mail. Rangez-le dans un dossier, ne l’effacez pas. Avec lui, même dans plusieurs années, on peut vérifier que ce qui était noté ce jour-là n’a pas changé."
            ),
            _("Un auditeur doute ? Donnez-lui cet e-mail. Il compare l’empreinte sur cette page :"),
            address,
            _("Puis il vous demande de vérifier le registre avec elle : menu « Sceau »."),
            _("Vous n’avez rien d’autre à faire."),
            f"-- \n{organisation}",
        )
        return Letter(
            _("%(organisation)s : empreinte du registre n° %(number)s, à garder") % said, "\n\n".join(paragraphs) + "\n"
        )
