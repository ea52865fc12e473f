"""Rights on observations."""

from __future__ import annotations

from lms.contract.types import Right, Role, Scope
from lms.kernel.i18n import mark

OBSERVE = Right(
    "observation:behaviour:mark",
    mark("Noter ce que l'on observe dans un atelier"),
    Scope.COHORT,
    frozenset({Role.TRAINER, Role.COACH, Role.MANAGER, Role.ADMINISTRATOR}),
    about=mark("note ce que vous savez faire en atelier"),
)

RIGHTS = (OBSERVE,)
