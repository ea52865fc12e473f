"""Rights on the seal."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

READ = Right(
    "seal:chain:read",
    mark("Voir le sceau du registre, et le vérifier"),
    Scope.ORGANISATION,
    frozenset({Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}),
)

RIGHTS = (READ,)
