"""The letter that asks for news, and the text message that staff may send: in the person's own language."""

from __future__ import annotations

from dataclasses import dataclass

from lms.kernel.i18n import gettext, mark, speaking

LINK = "outcomes.contact"
"""What the signature of a link is for."""
WHEN = {
    0: mark("à la fin"),
    1: mark("1 mois après"),
    6: mark("6 mois après"),
    12: mark("12 mois après"),
}
"""Months in words."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    text: str


def news_letter(*, given_name: str, organisation: str, language: str, address: str) -> Letter:
    """How are you? Two questions, by a link."""
    with speaking(language):
        paragraphs = (
            gettext("Bonjour %(name)s,") % {"name": given_name},
            gettext("Vous avez suivi un parcours avec nous. Comment allez-vous ? Où en êtes-vous ?"),
            gettext("Répondez en une minute, sans mot de passe :"),
            address,
            gettext("Vous avez besoin d'aide ? Dites-le sur la même page : nous vous rappelons."),
            gettext("Le lien est pour vous seul. Il marche une seule fois, pendant 45 jours."),
            f"-- \n{organisation}",
        )
        return Letter(
            gettext("%(organisation)s prend de vos nouvelles") % {"organisation": organisation},
            "\n\n".join(paragraphs) + "\n",
        )


def news_message(*, given_name: str, organisation: str, language: str, address: str) -> str:
    """The same, short, for a text message."""
    with speaking(language):
        said = {"name": given_name, "organisation": organisation, "address": address}
        return (
            gettext(
                "Bonjour %(name)s, %(organisation)s prend de vos nouvelles. Une minute, sans mot de passe : %(address)s"
            )
            % said
        )
