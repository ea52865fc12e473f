"""The letters and text messages that let people in, in their own language."""

from __future__ import annotations

from dataclasses import dataclass

from lms.kernel.i18n import gettext as _
from lms.kernel.i18n import speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a plain text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the letter, and from whom it comes."""

    given_name: str
    organisation: str
    language: str


def invitation_letter(reader: Reader, address: str) -> Letter:
    """You are invited: open this address."""
    with speaking(reader.language):
        return Letter(
            _("%(organisation)s vous invite") % {"organisation": reader.organisation},
            _letter(
                reader,
                _("%(organisation)s vous ouvre un espace pour préparer votre projet, à votre rythme.")
                % {"organisation": reader.organisation},
                _("Pour entrer, ouvrez cette adresse, puis appuyez sur le bouton :"),
                address,
                _("L'adresse marche pendant 30 jours. Elle est pour vous seul : ne la donnez à personne."),
                _("Vous n'attendiez pas ce message ? Vous pouvez l'oublier : rien ne se passe sans vous."),
            ),
        )


def link_letter(reader: Reader, address: str) -> Letter:
    """You asked for a link: open this address."""
    with speaking(reader.language):
        return Letter(
            _("Votre lien pour entrer"),
            _letter(
                reader,
                _("Vous avez demandé un lien pour entrer."),
                _("Ouvrez cette adresse, puis appuyez sur le bouton :"),
                address,
                _("Le lien marche une seule fois, pendant 30 minutes. Ne le donnez à personne."),
                _("Vous n'avez rien demandé ? Vous pouvez oublier ce message : votre compte reste fermé."),
            ),
        )


def link_message(reader: Reader, address: str) -> str:
    """The same, as a text message."""
    with speaking(reader.language):
        return _("%(name)s, votre lien pour entrer (30 minutes, une seule fois) : %(address)s") % {
            "name": reader.given_name,
            "address": address,
        }


def code_letter(reader: Reader, code: str, address: str) -> Letter:
    """You want this e-mail to be yours: here is the code."""
    with speaking(reader.language):
        return Letter(
            _("Votre code : %(code)s") % {"code": code},
            _letter(
                reader,
                _("Vous voulez utiliser cet e-mail sur la plateforme. Voici votre code :"),
                code,
                _("Écrivez-le dans la page, ou ouvrez cette adresse sur l'appareil où vous êtes connecté :"),
                address,
                _("Le code marche pendant 2 heures. Ne le donnez à personne."),
                _("Vous n'avez rien demandé ? Vous pouvez oublier ce message."),
            ),
        )


def code_message(reader: Reader, code: str) -> str:
    """The same, as a text message."""
    with speaking(reader.language):
        return _("%(name)s, votre code pour changer de numéro : %(code)s (2 heures). Ne le donnez à personne.") % {
            "name": reader.given_name,
            "code": code,
        }


def changed_letter(reader: Reader) -> Letter:
    """This e-mail is no longer yours here."""
    with speaking(reader.language):
        return Letter(
            _("Votre e-mail a changé"),
            _letter(
                reader,
                _("Vous avez changé d'e-mail sur la plateforme. Celui-ci ne sert plus."),
                _("Ce n'était pas vous ? Prévenez votre association tout de suite."),
            ),
        )


def renamed_letter(reader: Reader, former: str, name: str) -> Letter:
    """Someone whom you train has another name."""
    said = {"former": former, "name": name}
    with speaking(reader.language):
        return Letter(
            _("%(former)s s'appelle maintenant %(name)s") % said,
            _letter(
                reader,
                _("%(former)s a changé de nom sur la plateforme. Son nouveau nom : %(name)s.") % said,
                _("Les documents déjà faits gardent l'ancien nom."),
            ),
        )


def changed_message(reader: Reader) -> str:
    """The same, as a text message."""
    with speaking(reader.language):
        return _("%(name)s, vous avez changé de numéro. Ce n'était pas vous ? Prévenez votre association.") % {
            "name": reader.given_name
        }


def _letter(reader: Reader, *paragraphs: str) -> str:
    greeting = _("Bonjour %(name)s,") % {"name": reader.given_name}
    return "\n\n".join([greeting, *paragraphs, f"-- \n{reader.organisation}"]) + "\n"
