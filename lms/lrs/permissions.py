"""Rights on the credentials of machines."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

WRITE_CLIENTS = Right(
    "lrs:client:write",
    mark("Donner un accès à une machine, changer son secret, le retirer"),
    Scope.ORGANISATION,
    frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
)
RIGHTS = (WRITE_CLIENTS,)
