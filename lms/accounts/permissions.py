"""Rights on people, roles, ways in and the organisation itself, and who may give which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_TEAM = frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR})
_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

READ_PEOPLE = Right(
    "accounts:person:read",
    mark("Voir les personnes"),
    Scope.PERSON,
    _TEAM | {Role.AUDITOR},
    about=mark("voit votre nom, votre e-mail, votre téléphone et vos rôles"),
)
INVITE = Right("accounts:person:invite", mark("Inviter des personnes"), Scope.ORGANISATION, _TEAM)
WRITE_PEOPLE = Right(
    "accounts:person:write",
    mark("Changer un nom ou un contact, fermer un compte"),
    Scope.PERSON,
    _LEADERS,
    about=mark("peut corriger votre nom ou votre contact, et fermer votre compte"),
)
LEND_ACCESS = Right(
    "accounts:access:lend",
    mark("Imprimer une carte d'accès, montrer un lien"),
    Scope.PERSON,
    _TEAM,
    about=mark("peut vous faire une carte ou un lien pour entrer"),
)
WRITE_ROLES = Right(
    "accounts:role:write",
    mark("Donner et retirer un rôle"),
    Scope.PERSON,
    _LEADERS,
    about=mark("peut vous donner ou vous retirer un rôle"),
)
READ_ROLES = Right("accounts:role:read", mark("Lire le tableau des rôles"), Scope.ORGANISATION, _TEAM | {Role.AUDITOR})
WRITE_ORGANISATION = Right(
    "accounts:organisation:write", mark("Changer les réglages de l'organisme"), Scope.ORGANISATION, _LEADERS
)
PUBLISH_TERMS = Right(
    "accounts:terms:publish", mark("Publier les conditions d'utilisation"), Scope.ORGANISATION, _LEADERS
)
SEE_AS = Right(
    "accounts:person:see_as",
    mark("Voir le parcours comme une personne le voit"),
    Scope.PERSON,
    _TEAM,
    about=mark("peut regarder votre parcours comme vous le voyez"),
)
ERASE_PEOPLE = Right(
    "accounts:person:erase",
    mark("Confirmer l'effacement de quelqu'un qui le demande"),
    Scope.ORGANISATION,
    _LEADERS,
    about=mark("confirme l'effacement de vos données quand vous le demandez"),
)

RIGHTS = (
    READ_PEOPLE,
    INVITE,
    WRITE_PEOPLE,
    ERASE_PEOPLE,
    LEND_ACCESS,
    WRITE_ROLES,
    READ_ROLES,
    WRITE_ORGANISATION,
    PUBLISH_TERMS,
    SEE_AS,
)

_FOLLOWED = frozenset({Role.LEARNER, Role.COMPANY_HEAD})
GIVES: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.TRAINER: _FOLLOWED,
        Role.COACH: _FOLLOWED,
        Role.MANAGER: _FOLLOWED | {Role.TRAINER, Role.COACH, Role.AUDITOR, Role.MANAGER},
        Role.ADMINISTRATOR: frozenset(Role),
    }
)
"""Which roles each role may give: never one above one's own."""
OPENS: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.TRAINER: _FOLLOWED,
        Role.COACH: _FOLLOWED,
        Role.MANAGER: _FOLLOWED | {Role.TRAINER, Role.COACH, Role.AUDITOR},
        Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR},
    }
)
"""For whom each role may make a card or a link, or change the contact: who holds it can enter as that person."""


def roles_that_may_be_given(roles: Iterable[Role]) -> frozenset[Role]:
    """What someone with these roles may give."""
    return frozenset().union(*(GIVES.get(role, frozenset()) for role in roles))
