"""Rights on the public pages of courses."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

WRITE_OFFER = Right(
    "offer:page:write",
    mark("Écrire la page publique d’un parcours et la mettre en ligne"),
    Scope.COURSE,
    frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
)
READ_ARCHIVE = Right(
    "offer:archive:read",
    mark("Lire ce que la page publique d’un parcours disait un jour donné"),
    Scope.COURSE,
    frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}),
)
RIGHTS = (WRITE_OFFER, READ_ARCHIVE)
