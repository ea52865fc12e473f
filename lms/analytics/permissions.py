"""Rights on what analytics show beyond the groups."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

SEE_EVENING = Right(
    "analytics:evening:read",
    mark("Voir ce qui attend, dans « Ce soir »"),
    Scope.COHORT,
    frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR}),
    about="",
)
RIGHTS = (SEE_EVENING,)
