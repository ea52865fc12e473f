"""Rights on frameworks."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

_LEADERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

READ_FRAMEWORK = Right(
    "competences:framework:read",
    mark("Lire les référentiels de compétences"),
    Scope.ORGANISATION,
    _LEADERS | {Role.TRAINER, Role.COACH, Role.AUDITOR},
)
PUBLISH_FRAMEWORK = Right(
    "competences:framework:publish", mark("Importer un référentiel de compétences"), Scope.ORGANISATION, _LEADERS
)

RIGHTS = (READ_FRAMEWORK, PUBLISH_FRAMEWORK)
